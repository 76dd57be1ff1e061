#!/bin/sh
# DEV-ONLY: never ship to production.
# Build CPython for the simulator image: build-python.sh SOURCE TRIPLE OUTPUT
#
# One static executable with just the extension modules that the service can come to import,
# optimised for size; the interpreter's loop alone for speed. No docstrings.
set -eu
source=$(cd "$1" && pwd) triple=$2 output=$3

# Not here: TLS (needs OpenSSL), other databases, terminals, character sets of East Asia, decimal's
# accelerator (_pydecimal serves), what tests CPython itself.
for module in _bz2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _ctypes \
  _curses _curses_panel _dbm _decimal _elementtree _gdbm _hashlib _interpchannels \
  _lsprof _lzma _multibytecodec _posixshmem _sqlite3 _ssl _statistics _tkinter _uuid \
  _zoneinfo cmath mmap pyexpat readline resource syslog termios xxlimited xxlimited_35; do
  disabled="${disabled-} py_cv_module_$module=n/a"
done

mkdir build
cd build
# shellcheck disable=SC2086  # a list of words
"$source/configure" -q $disabled \
  --build="$(dpkg-architecture -qDEB_BUILD_GNU_TYPE)" --host="$triple" \
  --with-build-python=/usr/bin/python3.13 \
  --prefix=/usr --without-doc-strings --disable-test-modules --without-ensurepip \
  MODULE_BUILDTYPE=static CC="$triple-gcc" AR="$triple-ar" \
  ZLIB_CFLAGS=' ' ZLIB_LIBS=-l:libz.a \
  CFLAGS_NODIST=-fno-pie LDFLAGS_NODIST=-no-pie \
  ac_cv_file__dev_ptmx=no ac_cv_file__dev_ptc=no ac_cv_buggy_getaddrinfo=no
make -s -j"$(nproc)" OPT='-DNDEBUG -fwrapv -O2' Python/ceval.o
make -s -j"$(nproc)" OPT='-DNDEBUG -fwrapv -Os' python
"$triple-strip" -o "$output" python
