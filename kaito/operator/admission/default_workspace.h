#ifndef KAITO_OPERATOR_ADMISSION_DEFAULT_WORKSPACE_H_
#define KAITO_OPERATOR_ADMISSION_DEFAULT_WORKSPACE_H_

// What an API server sets in a Workspace that is written, and a schema's
// defaults can't say: one spelling for names that may be written in several.
// Whether it may be stored is webhook/admission.h. Pure.
//
//   DefaultWorkspace(object);

#include "kaito/base/json/value.h"

namespace kaito::controller {

// Twice is as good as once. An object that can't be read as a Workspace stays
// as it is: admission refuses it.
void DefaultWorkspace(json::Value& object);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_ADMISSION_DEFAULT_WORKSPACE_H_
