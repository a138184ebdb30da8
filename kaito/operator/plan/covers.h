#ifndef KAITO_OPERATOR_PLAN_COVERS_H_
#define KAITO_OPERATOR_PLAN_COVERS_H_

// Whether a live object already is what was rendered, so that nothing has to be
// written. The server adds defaults, status and other managers' fields, which
// don't count; lists must be equal in length, so that an item that is no longer
// wanted is seen.

#include "kaito/base/json/value.h"

namespace kaito::controller {

// Whether each field of `wanted` has its value in `live`.
bool Covers(const json::Value& live, const json::Value& wanted);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_COVERS_H_
