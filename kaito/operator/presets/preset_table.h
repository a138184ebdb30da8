#ifndef KAITO_OPERATOR_PRESETS_PRESET_TABLE_H_
#define KAITO_OPERATOR_PRESETS_PRESET_TABLE_H_

// The built-in presets, as data. Programs use the catalogue (catalog.h).

#include <vector>

#include "kaito/operator/presets/preset.h"

namespace kaito::controller {

// In the order of the table; names are unique.
std::vector<Preset> BuiltInPresets();

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PRESETS_PRESET_TABLE_H_
