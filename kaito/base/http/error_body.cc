#include "kaito/base/http/error_body.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/json/writer.h"

namespace kaito::http {

std::string ErrorBody(int code, absl::string_view message) {
  return absl::StrCat("{\"code\":", code, ",\"message\":", json::Quote(message),
                      "}\n");
}

Headers ErrorHeaders() { return {{"Content-Type", "application/json"}}; }

}  // namespace kaito::http
