// zlib as Swift sees it: gzip files through gzopen, gzread and gzclose; inflate, deflate, crc32_z.
#include <zlib.h>
