#ifndef KAITO_THIRD_PARTY_ARROW_CHAT_PLUGIN_TESTUTIL_H_
#define KAITO_THIRD_PARTY_ARROW_CHAT_PLUGIN_TESTUTIL_H_

// Opens the plug-in of this folder the way a program must. For its two tests.

#include <dlfcn.h>

#include <cstdint>
#include <string>

namespace kaito::testing {

struct ChatAnswer {
  int code = -2;  // -2: the plug-in didn't open.
  std::string text;
};

// The plug-in stays open: a library that starts threads can't be closed safely.
inline ChatAnswer ChatText(const std::string& plugin, const std::string& path) {
  void* handle = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return {-2, dlerror()};
  using Function = int (*)(const char*, char*, int64_t);
  const auto function =
      reinterpret_cast<Function>(dlsym(handle, "kaito_arrow_chat_text"));
  if (function == nullptr) return {-2, dlerror()};
  char text[1000] = "";
  const int code = function(path.c_str(), text, sizeof text);
  return {code, text};
}

}  // namespace kaito::testing

#endif  // KAITO_THIRD_PARTY_ARROW_CHAT_PLUGIN_TESTUTIL_H_
