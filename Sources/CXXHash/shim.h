// xxHash as Swift sees it: XXH3_64bits.
#include <xxhash.h>
