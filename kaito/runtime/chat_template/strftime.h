#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_STRFTIME_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_STRFTIME_H_

// Python's datetime.strftime in the C locale, for strftime_now.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace kaito::runtime::jinja {

// The time has no zone: %z and %Z give nothing, as for a naive datetime. What
// isn't a directive stays as it is.
std::string FormatTime(absl::string_view format, absl::CivilSecond time);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_STRFTIME_H_
