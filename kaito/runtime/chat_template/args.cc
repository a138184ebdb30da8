#include "kaito/runtime/chat_template/args.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

bool NamesAParam(absl::string_view name, std::initializer_list<Param> params) {
  for (const Param& param : params) {
    if (param.name == name) return true;
  }
  return false;
}

}  // namespace

const Value* Args::FindNamed(absl::string_view name) const {
  for (const NamedArg& arg : named) {
    if (arg.name == name) return &arg.value;
  }
  return nullptr;
}

bool Bind(Run& run, absl::string_view function, const Args& args,
          std::initializer_list<Param> params, Value* out) {
  if (args.positional.size() > params.size()) {
    run.Fail(absl::StrCat(function, "() takes at most ", params.size(),
                          " arguments, got ", args.positional.size()));
    return false;
  }
  for (const NamedArg& arg : args.named) {
    if (!NamesAParam(arg.name, params)) {
      run.Fail(absl::StrCat(function, "() has no argument '", arg.name, "'"));
      return false;
    }
  }
  size_t i = 0;
  for (const Param& param : params) {
    const Value* const named = args.FindNamed(param.name);
    if (i < args.positional.size()) {
      if (named != nullptr) {
        run.Fail(
            absl::StrCat(function, "() got two values for '", param.name, "'"));
        return false;
      }
      out[i] = args.positional[i];
    } else if (named != nullptr) {
      out[i] = *named;
    } else if (!param.fallback.missing()) {
      out[i] = param.fallback;
    } else {
      run.Fail(
          absl::StrCat(function, "() misses its argument '", param.name, "'"));
      return false;
    }
    ++i;
  }
  return true;
}

bool WantInt(Run& run, absl::string_view function, const Value& value) {
  if (value.is_integral()) return true;
  if (value.is_undefined()) {
    run.FailUndefined(value);
  } else {
    run.Fail(absl::StrCat(function, "() wants an int, got ", TypeName(value)));
  }
  return false;
}

bool WantString(Run& run, absl::string_view function, const Value& value) {
  if (value.is_string()) return true;
  run.Fail(absl::StrCat(function, "() wants a str, got ", TypeName(value)));
  return false;
}

}  // namespace kaito::runtime::jinja
