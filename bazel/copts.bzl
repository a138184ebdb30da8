"""Compiler options for our own code; dependencies are built with their own."""

KAITO_COPTS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
    "-Wshadow",
    "-Wunused-result",
    # Designated initialisers that leave fields at their defaults are our style.
    "-Wno-missing-field-initializers",
    "-Wno-unused-parameter",
]
