#ifndef KAITO_OPERATOR_CONTROLLER_OPERATOR_FLAGS_H_
#define KAITO_OPERATOR_CONTROLLER_OPERATOR_FLAGS_H_

// The operator's flags, bound to its options. main() adds what it alone knows:
// which API server, the data directory, the log.
//
//   OperatorOptions options;
//   FlagSet flags("operator", "Serves and tunes models.");
//   AddOperatorFlags(flags, &options);

#include "kaito/base/flags/flags.h"
#include "kaito/operator/controller/workspace_operator.h"

namespace kaito::controller {

// `options` outlives the parsing.
void AddOperatorFlags(FlagSet& flags, OperatorOptions* options);

// What follows from others, once they are parsed: rules of admission agree with
// what the pods are allowed.
void FinishOperatorOptions(OperatorOptions& options);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_OPERATOR_FLAGS_H_
