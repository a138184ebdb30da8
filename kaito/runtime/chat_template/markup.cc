#include "kaito/runtime/chat_template/markup.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace kaito::runtime::jinja {
namespace {

struct Entity {
  absl::string_view name;
  absl::string_view text;
};

constexpr Entity kEntities[] = {{"amp", "&"},  {"lt", "<"},
                                {"gt", ">"},   {"quot", "\""},
                                {"apos", "'"}, {"nbsp", "\xC2\xA0"}};

// The text that "#39" or "amp" stands for; empty where it is none of ours.
std::string EntityText(absl::string_view name) {
  for (const Entity& entity : kEntities) {
    if (entity.name == name) return std::string(entity.text);
  }
  if (!absl::ConsumePrefix(&name, "#")) return "";
  const bool hex = absl::StartsWithIgnoreCase(name, "x");
  if (hex) name.remove_prefix(1);
  uint32_t code = 0;
  const bool number =
      hex ? absl::SimpleHexAtoi(name, &code) : absl::SimpleAtoi(name, &code);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (!number || code == 0 || code > 0x10FFFF || surrogate) return "";
  std::string text;
  AppendUtf8(text, code);
  return text;
}

std::string Unescape(absl::string_view text) {
  constexpr size_t kLongestName = 10;
  std::string out;
  while (!text.empty()) {
    if (text[0] == '&') {
      const size_t end = text.substr(0, kLongestName).find(';');
      if (end != absl::string_view::npos) {
        const std::string entity = EntityText(text.substr(1, end - 1));
        if (!entity.empty()) {
          out += entity;
          text.remove_prefix(end + 1);
          continue;
        }
      }
    }
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

// Removes every span from `open` to the next `close`.
std::string RemoveSpans(absl::string_view text, absl::string_view open,
                        absl::string_view close) {
  std::string out;
  for (;;) {
    const size_t begin = text.find(open);
    if (begin == absl::string_view::npos) break;
    const size_t end = text.find(close, begin);
    if (end == absl::string_view::npos) break;
    out.append(text.data(), begin);
    text.remove_prefix(end + close.size());
  }
  out.append(text.data(), text.size());
  return out;
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string StripTags(absl::string_view text) {
  const std::string plain =
      RemoveSpans(RemoveSpans(text, "<!--", "-->"), "<", ">");
  return Unescape(absl::StrJoin(SplitOnSpace(plain, -1), " "));
}

std::string QuoteUrl(absl::string_view text, bool query) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || absl::StrContains("_.-~", c) ||
        (c == '/' && !query)) {
      out += c;
    } else if (c == ' ' && query) {
      out += '+';
    } else {
      const uint8_t byte = static_cast<uint8_t>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace kaito::runtime::jinja
