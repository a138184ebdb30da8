// The shim as a program of its own, for tests.
#include "kaito/standalone/node/container_shim.h"

int main(int argc, char** argv) {
  return kaito::standalone::RunContainerShim({argv + 1, argv + argc});
}
