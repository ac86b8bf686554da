// Zstandard as Swift sees it: ZSTD_compress, ZSTD_compressBound and ZSTD_isError.
#include <zstd.h>
