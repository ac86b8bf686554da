// zlib as Swift sees it: gzip files through gzopen, gzread and gzclose; inflate and crc32_z.
#include <zlib.h>
