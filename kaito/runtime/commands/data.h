#ifndef KAITO_RUNTIME_COMMANDS_DATA_H_
#define KAITO_RUNTIME_COMMANDS_DATA_H_

// `runtime data`: shows a data set as tuning would see it.

#include <span>
#include <string>

namespace kaito::runtime {

int RunDataCommand(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_DATA_H_
