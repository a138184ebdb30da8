// Calls: of macros, methods, functions, recursive loops and blocks.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/attributes.h"
#include "kaito/runtime/chat_template/interpreter.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// The method that the types asked most have under the name; null otherwise.
const MethodEntry* KnownMethod(const Value& of, const AttributeName& name) {
  switch (of.kind()) {
    case Kind::kString:
      return name.of_string;
    case Kind::kDict:
      return name.of_dict;
    case Kind::kList:
      return name.of_list;
    default:
      return nullptr;
  }
}

}  // namespace

bool Interpreter::EvalArgs(const ArgExprs& exprs, Frame* frame,
                           const Value& caller, Args* args) {
  Arena& arena = run_.arena();
  int64_t n = static_cast<int64_t>(exprs.positional.size());
  int64_t named_count = static_cast<int64_t>(exprs.named.size());
  Value* positional = nullptr;
  if (n > 0) {
    positional = arena.NewArray<Value>(n);
    for (int64_t i = 0; i < n; ++i) {
      positional[i] = Eval(*exprs.positional[i], frame);
      if (positional[i].failed()) return false;
    }
  }
  const bool has_caller = !caller.missing();
  NamedArg* named = nullptr;
  if (named_count > 0 || has_caller) {
    named = arena.NewArray<NamedArg>(named_count + 1);
    for (int64_t i = 0; i < named_count; ++i) {
      named[i] = {exprs.named[i].name, Eval(*exprs.named[i].value, frame)};
      if (named[i].value.failed()) return false;
    }
    if (has_caller) named[named_count++] = {"caller", caller};
  }
  *args = {{positional, static_cast<size_t>(n)},
           {named, static_cast<size_t>(named_count)}};
  if (exprs.more_positional != nullptr) {
    const Value more = Eval(*exprs.more_positional, frame);
    std::span<const Value> items;
    if (more.failed() || !ToItems(run_, more, &items)) return false;
    const int64_t total = n + static_cast<int64_t>(items.size());
    if (!run_.Reserve(total * static_cast<int64_t>(sizeof(Value)))) {
      return false;
    }
    Value* const all = arena.NewArray<Value>(total);
    std::copy(positional, positional + n, all);
    std::ranges::copy(items, all + n);
    args->positional = {all, static_cast<size_t>(total)};
  }
  if (exprs.more_named == nullptr) return true;
  const Value more = Eval(*exprs.more_named, frame);
  if (more.failed()) return false;
  if (!more.is_dict()) {
    run_.Fail(absl::StrCat("'**' wants a dict, got ", TypeName(more)));
    return false;
  }
  const auto entries = more.dict().entries();
  const int64_t total = named_count + static_cast<int64_t>(entries.size());
  if (!run_.Reserve(total * static_cast<int64_t>(sizeof(NamedArg)))) {
    return false;
  }
  NamedArg* const all = arena.NewArray<NamedArg>(total);
  std::copy(named, named + named_count, all);
  for (const auto& [key, value] : entries) {
    if (!key.is_string() || args->FindNamed(key.text()) != nullptr) {
      run_.Fail("'**' wants texts as keys, each of them once");
      return false;
    }
    all[named_count++] = {key.text(), value};
  }
  args->named = {all, static_cast<size_t>(total)};
  return true;
}

Value Interpreter::EvalCall(const CallExpr& expr, Frame* frame,
                            const Value& caller) {
  Args args;
  if (expr.callee->kind == ExprKind::kAttribute) {
    // The usual x.method(): without making the method a value.
    const auto& callee = static_cast<const AttributeExpr&>(*expr.callee);
    const Value of = Eval(*callee.of, frame);
    if (of.failed()) return of;
    const MethodEntry* const method = KnownMethod(of, *callee.name);
    if (method != nullptr && method->call != nullptr) {
      if (!EvalArgs(expr.args, frame, caller, &args)) return Value::Failed();
      return method->call(run_, of, args);
    }
    const Value target = of.kind() == Kind::kSelf
                             ? SelfAttribute(callee.name->text)
                             : GetAttribute(run_, of, *callee.name);
    if (target.failed() || !EvalArgs(expr.args, frame, caller, &args)) {
      return Value::Failed();
    }
    return Call(target, args);
  }
  const Value callee = Eval(*expr.callee, frame);
  if (callee.failed() || !EvalArgs(expr.args, frame, caller, &args)) {
    return Value::Failed();
  }
  return Call(callee, args);
}

Value Interpreter::Call(const Value& callee, const Args& args) {
  switch (callee.kind()) {
    case Kind::kMacro:
      return CallMacro(callee.macro(), args);
    case Kind::kMethod:
      return callee.method().call(run_, callee.method().self, args);
    case Kind::kFunction:
      return callee.function().call(run_, Value::None(), args);
    case Kind::kLoop:
      return CallLoop(callee.loop(), args);
    case Kind::kBlock:
      return CallBlock(callee.block());
    case Kind::kJoiner: {
      Joiner& joiner = callee.joiner();
      if (joiner.used) return joiner.separator;
      joiner.used = true;
      return Value::String("");
    }
    case Kind::kUndefined:
      return run_.FailUndefined(callee);
    default:
      return run_.Fail(absl::StrCat("a value of type ", TypeName(callee),
                                    " can't be called"));
  }
}

bool Interpreter::BindMacro(const Macro& macro, const Args& args,
                            Frame* frame) {
  const MacroNode& node = *macro.node;
  const size_t given = std::min(node.params.size(), args.positional.size());
  for (size_t i = 0; i < node.params.size(); ++i) {
    const Target& param = *node.params[i].target;
    if (i < given) {
      frame->slots[param.slot] = args.positional[i];
    } else if (const Value* const named = args.FindNamed(param.name)) {
      frame->slots[param.slot] = *named;
    }
  }
  if (!BindRest(macro, args, frame)) return false;
  // In order: a default may use the parameters before it.
  for (const MacroParam& param : node.params) {
    Value& slot = frame->slots[param.target->slot];
    if (!slot.missing()) continue;
    if (param.fallback == nullptr) {
      slot = NewUndefined(run_.arena(), run_.arena().Copy(absl::StrCat(
                                            "parameter '", param.target->name,
                                            "' was not provided")));
      continue;
    }
    const Value value = Eval(*param.fallback, frame);
    if (value.failed()) return false;
    slot = value;
  }
  return true;
}

// What no parameter takes: caller, varargs and kwargs.
bool Interpreter::BindRest(const Macro& macro, const Args& args, Frame* frame) {
  const MacroNode& node = *macro.node;
  const size_t given = std::min(node.params.size(), args.positional.size());
  const auto takes = [&](absl::string_view name) {
    for (size_t i = given; i < node.params.size(); ++i) {
      if (node.params[i].target->name == name) return true;
    }
    return false;
  };
  Dict* const kwargs = NewDict(run_.arena());
  Value caller = NewUndefined(run_.arena(), "no caller was given");
  for (const NamedArg& arg : args.named) {
    if (takes(arg.name)) continue;
    if (arg.name == "caller" && node.takes_caller) {
      caller = arg.value;
    } else if (node.takes_kwargs) {
      kwargs->Set(run_.arena(), Value::String(arg.name), arg.value);
    } else {
      run_.Fail(absl::StrCat("macro '", macro.name, "' takes no argument '",
                             arg.name, "'"));
      return false;
    }
  }
  if (args.positional.size() > given && !node.takes_varargs) {
    run_.Fail(absl::StrCat("macro '", macro.name, "' takes at most ",
                           node.params.size(), " arguments, got ",
                           args.positional.size()));
    return false;
  }
  if (node.caller_slot >= 0) frame->slots[node.caller_slot] = caller;
  if (node.kwargs_slot >= 0) frame->slots[node.kwargs_slot] = Value::Of(kwargs);
  if (node.varargs_slot >= 0) {
    frame->slots[node.varargs_slot] =
        NewTuple(run_.arena(), args.positional.subspan(given));
  }
  return true;
}

Value Interpreter::CallMacro(const Macro& macro, const Args& args) {
  const Nested nested(run_);
  if (!nested.ok()) return Value::Failed();
  Frame* const frame = NewFrame(macro.node->frame_size, macro.closure);
  if (frame == nullptr || !BindMacro(macro, args, frame)) {
    return Value::Failed();
  }
  std::string text;
  if (Exec(macro.node->body, frame, text) == Flow::kFailed) {
    return Value::Failed();
  }
  return run_.CopyText(text, run_.autoescape);
}

Value Interpreter::CallLoop(Loop& loop, const Args& args) {
  if (loop.node == nullptr || !loop.node->recursive) {
    return run_.Fail("only the loop of a recursive for block can be called");
  }
  Value v[1];
  if (!Bind(run_, "loop", args, {{"iterable"}}, v)) return Value::Failed();
  const Nested nested(run_);
  if (!nested.ok()) return Value::Failed();
  Frame* const frame = NewFrame(loop.node->frame_size, loop.closure);
  if (frame == nullptr) return Value::Failed();
  std::string text;
  const Flow flow = RunLoop(*loop.node, v[0], loop.depth0 + 1, frame, text);
  if (flow == Flow::kFailed) return Value::Failed();
  return run_.CopyText(text, run_.autoescape);
}

Value Interpreter::CallBlock(const BlockNode& block) {
  std::string text;
  if (ExecBlock(block, text) == Flow::kFailed) return Value::Failed();
  return run_.CopyText(text, run_.autoescape);
}

}  // namespace kaito::runtime::jinja
