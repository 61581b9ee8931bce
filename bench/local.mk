check_PROGRAMS += bench_floor bench_empty bench_interleave
bench_floor_SOURCES = bench/floor.c
bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
bench_floor_LDADD = $(PCSC_LIBS)
bench_empty_SOURCES = bench/empty.c
bench_interleave_SOURCES = bench/interleave.c
EXTRA_DIST += bench/login.sh
