# The applet on a chip of the tests' own: the part of Java Card that it uses, over the JDK.
applet_chip = \
	tests/applet/chip/Card.java \
	tests/applet/chip/Memory.java \
	tests/applet/chip/Reader.java \
	tests/applet/javacard/framework/APDU.java \
	tests/applet/javacard/framework/APDUException.java \
	tests/applet/javacard/framework/Applet.java \
	tests/applet/javacard/framework/CardRuntimeException.java \
	tests/applet/javacard/framework/ISO7816.java \
	tests/applet/javacard/framework/ISOException.java \
	tests/applet/javacard/framework/JCSystem.java \
	tests/applet/javacard/framework/SystemException.java \
	tests/applet/javacard/framework/Util.java \
	tests/applet/javacard/security/AESKey.java \
	tests/applet/javacard/security/CryptoException.java \
	tests/applet/javacard/security/Key.java \
	tests/applet/javacard/security/KeyBuilder.java \
	tests/applet/javacard/security/MessageDigest.java \
	tests/applet/javacard/security/RandomData.java \
	tests/applet/javacardx/crypto/Cipher.java
EXTRA_DIST += $(applet_chip) tests/applet/subset.sh tests/login/applet.sh

applet_test_sources = tests/applet/test_applet.c tests/applet/rig.c tests/applet/rig.h $(conformance_sources)
if HAVE_JAVAC
applet_strict = -Xlint:all,-options -Werror -g
applet/made: $(applet_chip) $(applet_sources)
	$(AM_V_GEN)rm -rf applet/chip applet/classes && $(MKDIR_P) applet/chip applet/classes && \
	(cd $(srcdir) && $(JAVAC) $(applet_strict) -d $(abs_builddir)/applet/chip $(applet_chip)) && \
	(cd $(srcdir) && $(JAVAC) $(applet_strict) --release 8 -cp $(abs_builddir)/applet/chip \
		-d $(abs_builddir)/applet/classes $(applet_sources)) && \
	touch $@
check_DATA += applet/made
CLEANFILES += applet/made

check_PROGRAMS += test_applet
test_applet_SOURCES = $(applet_test_sources)
test_applet_CPPFLAGS = $(unit_cppflags) -I$(srcdir)/tests/conformance
test_applet_LDADD = $(unit_ldadd)
TESTS += test_applet tests/applet/subset.sh
TESTS_ENVIRONMENT += JAVA='$(JAVA)' JAVAC='$(JAVAC)' JAVAP='$(JAVAP)'
else
EXTRA_DIST += $(applet_test_sources)
endif

clean-local: clean-applet
clean-applet:
	rm -rf applet/chip applet/classes
