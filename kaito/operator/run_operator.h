#ifndef KAITO_OPERATOR_RUN_OPERATOR_H_
#define KAITO_OPERATOR_RUN_OPERATOR_H_

// The operator's program, without its main(): flags, subcommands, and what is
// started for each.
//
//   operator                the operator; standalone where no cluster is named
//   operator quickstart     the whole main job on this machine, from nothing

#include <span>
#include <string>

namespace kaito::controller {

// Arguments without the program's name. The exit code.
int RunOperator(std::span<const std::string> args);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RUN_OPERATOR_H_
