bin_PROGRAMS += lock/mckd-lock
lock_mckd_lock_SOURCES = lock/mckd-lock.c
lock_mckd_lock_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd
lock_mckd_lock_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
lock_mckd_lock_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
lock_mckd_lock_LDADD = libmckd.la
