check_PROGRAMS += bench_floor bench_empty bench_interleave bench_phases bench_ready bench_insert
bench_floor_SOURCES = bench/floor.c
bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
bench_floor_LDADD = $(PCSC_LIBS)
bench_empty_SOURCES = bench/empty.c
bench_interleave_SOURCES = bench/interleave.c
bench_phases_SOURCES = bench/phases.c
bench_phases_LDADD = -lpam
bench_ready_SOURCES = bench/ready.c libmckd/crypto.c
bench_ready_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd $(CRYPTO_CFLAGS)
# All of mckd-auth's libraries are to be loaded, used here or not.
bench_ready_LDFLAGS = $(AM_LDFLAGS) -Wl,--no-as-needed
bench_ready_LDADD = $(CRYPTO_LIBS) $(PCSC_LIBS) $(SQLITE_LIBS) $(ECONF_LIBS)
bench_insert_SOURCES = bench/insert.c
bench_insert_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd $(PCSC_CFLAGS)
bench_insert_LDADD = libmckd.la $(PCSC_LIBS) -lpthread
EXTRA_DIST += bench/insert.sh bench/login.sh
