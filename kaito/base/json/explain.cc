#include "kaito/base/json/explain.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"

namespace kaito::json {
namespace {

// Keeps nothing of the text but the first error.
class ErrorCatcher : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception& error) override {
    position_ = position;
    message_ = error.what();
    return false;
  }

  size_t position() const { return position_; }
  const std::string& message() const { return message_; }

 private:
  size_t position_ = 0;  // In bytes, counted from 1.
  std::string message_;
};

// Cuts "[json.exception.parse_error.101] parse error at line 1, column 3:
// syntax error while parsing value - " off the front; the place is told in our
// own words.
std::string Reason(absl::string_view message) {
  for (absl::string_view separator : {" - ", ": "}) {
    const size_t at = message.find(separator);
    if (at != absl::string_view::npos) {
      message.remove_prefix(at + separator.size());
      break;
    }
  }
  return std::string(message.substr(0, 200));
}

}  // namespace

std::optional<std::string> ExplainSyntaxError(absl::string_view text) {
  ErrorCatcher catcher;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &catcher)) {
    return std::nullopt;
  }
  const size_t end =
      std::min(text.size(), std::max<size_t>(catcher.position(), 1) - 1);
  const absl::string_view before = text.substr(0, end);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t newline = before.rfind('\n');
  const size_t column =
      newline == absl::string_view::npos ? end + 1 : end - newline;
  return absl::StrCat("line ", line, ", column ", column, ": ",
                      Reason(catcher.message()));
}

}  // namespace kaito::json
