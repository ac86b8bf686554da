// Where what a program is linked to comes from.
#ifndef SYSTEM_LIBRARIES_H
#define SYSTEM_LIBRARIES_H

// The path of the shared library that has a function for this program, as the loader found it; NULL if none
// has, as where the function is part of the program itself.
const char *library_of(const char *function);

#endif
