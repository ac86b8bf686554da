// zlib as Swift sees it: gzip files, through gzopen, gzread and gzclose.
#include <zlib.h>
