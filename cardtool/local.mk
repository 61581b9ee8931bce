sbin_PROGRAMS += cardtool/cardtool
cardtool_cardtool_SOURCES = \
	cardtool/account.c cardtool/account.h \
	cardtool/account_make.c cardtool/account_publish.c \
	cardtool/app_spec.c cardtool/app_spec.h \
	cardtool/application.c \
	cardtool/assign.c \
	cardtool/cardtool.h \
	cardtool/compose.c cardtool/compose.h \
	cardtool/deliver.c \
	cardtool/doctor.c cardtool/doctor.h cardtool/doctor_account.c cardtool/doctor_host.c cardtool/doctor_login.c \
	cardtool/doctor_nsswitch.c \
	cardtool/enable.c \
	cardtool/export.c \
	cardtool/host.c cardtool/host.h cardtool/host_export.c cardtool/host_import.c \
	cardtool/host_receipts.c \
	cardtool/import.c \
	cardtool/init.c \
	cardtool/list.c \
	cardtool/live.c cardtool/live.h \
	cardtool/log.c \
	cardtool/main.c \
	cardtool/names.c cardtool/names.h \
	cardtool/order.c cardtool/order.h \
	cardtool/pin.c cardtool/pins.c cardtool/pins.h \
	cardtool/provision.c cardtool/provision.h \
	cardtool/provision_options.c cardtool/provision_secrets.c \
	cardtool/reader.c cardtool/reader.h \
	cardtool/readers.c \
	cardtool/respond.c \
	cardtool/rotate.c cardtool/rotate.h \
	cardtool/rotate_cancel.c cardtool/rotate_many.c cardtool/rotate_record.c cardtool/rotate_status.c \
	cardtool/secret.c cardtool/secret_source.c \
	cardtool/show.c \
	cardtool/sign.c \
	cardtool/signature.c cardtool/signature.h \
	cardtool/stack.c cardtool/stack.h cardtool/stack_act.c \
	cardtool/status.c \
	cardtool/table.c cardtool/table.h \
	cardtool/trial.c cardtool/trial.h cardtool/trial_file.c \
	cardtool/ui.c cardtool/ui.h \
	cardtool/verify.c \
	cardtool/verify_signature.c \
	askpass/tty.c askpass/tty.h \
	mckd-auth/verdict.c mckd-auth/verdict.h
cardtool_cardtool_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd -I$(srcdir)/mckd-auth -I$(srcdir)/askpass $(SMARTCOLS_CFLAGS) $(JANSSON_CFLAGS)
cardtool_cardtool_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
cardtool_cardtool_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
cardtool_cardtool_LDADD = libmckd.la $(SMARTCOLS_LIBS) $(JANSSON_LIBS)
