#include "kaito/runtime/chat_template/utf8.h"

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {
namespace {

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Bytes of the valid sequence at the front of `s`, or 0.
int64_t SequenceLength(absl::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const auto tail = [&](size_t i) {
    return i < s.size() && IsContinuation(s[i]);
  };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const int64_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

int64_t Utf8Length(absl::string_view text) {
  int64_t length = 0;
  for (const char c : text) length += !IsContinuation(c);
  return length;
}

int64_t Utf8Offset(absl::string_view text, int64_t index) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (!IsContinuation(text[i]) && index-- == 0) break;
  }
  return static_cast<int64_t>(i);
}

void AppendUtf8(std::string& to, char32_t c) {
  const auto put = [&to](uint32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

char32_t Utf8Reader::Next() {
  const auto byte = [this](int i) {
    return static_cast<char32_t>(static_cast<uint8_t>(at_[i]));
  };
  const char32_t first = byte(0);
  if (first < 0x80) {
    ++at_;
    return first;
  }
  if (first < 0xE0) {
    const char32_t c = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    at_ += 2;
    return c;
  }
  if (first < 0xF0) {
    const char32_t c =
        (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    at_ += 3;
    return c;
  }
  const char32_t c = (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 |
                     (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  at_ += 4;
  return c;
}

char32_t Utf8Reader::Last(absl::string_view text, int64_t* bytes) {
  size_t begin = text.size() - 1;
  while (begin > 0 && IsContinuation(text[begin])) --begin;
  *bytes = static_cast<int64_t>(text.size() - begin);
  return Utf8Reader(text.substr(begin)).Next();
}

}  // namespace kaito::runtime::jinja
