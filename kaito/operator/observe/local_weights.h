#ifndef KAITO_OPERATOR_OBSERVE_LOCAL_WEIGHTS_H_
#define KAITO_OPERATOR_OBSERVE_LOCAL_WEIGHTS_H_

// Looks for a preset's weights on this machine: where the operator and the node
// are one (standalone).
//
//   options.find_weights = [dirs](absl::string_view preset) {
//     return FindLocalWeights(dirs, preset);
//   };

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {

// The first of "<directory>/<preset>" that holds a config.json. `directories`
// are absolute; the first is the one to put weights into, the last may be what
// comes with the program.
LocalWeights FindLocalWeights(const std::vector<std::string>& directories,
                              absl::string_view preset);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_OBSERVE_LOCAL_WEIGHTS_H_
