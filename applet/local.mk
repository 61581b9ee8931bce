# The card application for real Java Cards. Only checked here; applet/README says how its CAP file is made.
applet_sources = \
	applet/src/mckd/Applications.java \
	applet/src/mckd/Command.java \
	applet/src/mckd/Fci.java \
	applet/src/mckd/Keys.java \
	applet/src/mckd/Login.java \
	applet/src/mckd/MckdApplet.java \
	applet/src/mckd/Nvm.java \
	applet/src/mckd/Orders.java \
	applet/src/mckd/Pin.java \
	applet/src/mckd/PinCommands.java \
	applet/src/mckd/Prf.java \
	applet/src/mckd/Selection.java \
	applet/src/mckd/Session.java \
	applet/src/mckd/Sign.java \
	applet/src/mckd/State.java \
	applet/src/mckd/Ticket.java
EXTRA_DIST += applet/README $(applet_sources)
