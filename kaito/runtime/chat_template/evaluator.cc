// Expressions.
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/attributes.h"
#include "kaito/runtime/chat_template/compare.h"
#include "kaito/runtime/chat_template/interpreter.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/operators.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

Value Interpreter::Eval(const Expr& expr, Frame* frame) {
  if (expr.kind == ExprKind::kConst) {
    return static_cast<const ConstExpr&>(expr).value;
  }
  if (expr.kind == ExprKind::kName) {
    return EvalName(static_cast<const NameExpr&>(expr), frame);
  }
  const Nested nested(run_);
  if (!nested.ok() || !run_.Work(1)) {
    run_.SetLine(expr.line);
    return Value::Failed();
  }
  Value value = Value::Failed();
  switch (expr.kind) {
    case ExprKind::kConst:
    case ExprKind::kName:
      break;
    case ExprKind::kAttribute:
      value = EvalAttribute(static_cast<const AttributeExpr&>(expr), frame);
      break;
    case ExprKind::kItem:
      value = EvalItem(static_cast<const ItemExpr&>(expr), frame);
      break;
    case ExprKind::kSlice:
      value = EvalSlice(static_cast<const SliceExpr&>(expr), frame);
      break;
    case ExprKind::kCall:
      value =
          EvalCall(static_cast<const CallExpr&>(expr), frame, Value::Missing());
      break;
    case ExprKind::kFilter:
    case ExprKind::kTest:
      value = EvalApply(static_cast<const ApplyExpr&>(expr), frame);
      break;
    case ExprKind::kConcat:
      value = EvalConcat(static_cast<const ManyExpr&>(expr), frame);
      break;
    case ExprKind::kList:
    case ExprKind::kTuple:
      value = EvalItems(static_cast<const ManyExpr&>(expr), frame);
      break;
    case ExprKind::kDict:
      value = EvalDict(static_cast<const DictExpr&>(expr), frame);
      break;
    case ExprKind::kCondition:
      value = EvalCondition(static_cast<const ConditionExpr&>(expr), frame);
      break;
    case ExprKind::kCompare:
      value = EvalCompare(static_cast<const CompareExpr&>(expr), frame);
      break;
    case ExprKind::kNot:
    case ExprKind::kNegate:
    case ExprKind::kPlus:
      value = EvalUnary(static_cast<const UnaryExpr&>(expr), frame);
      break;
    case ExprKind::kAnd:
    case ExprKind::kOr:
      value = EvalLogic(static_cast<const BinaryExpr&>(expr), frame);
      break;
    default:
      value = EvalBinary(static_cast<const BinaryExpr&>(expr), frame);
  }
  if (value.failed()) run_.SetLine(expr.line);
  return value;
}

Value Interpreter::EvalName(const NameExpr& name, const Frame* frame) {
  int32_t hops = 0;
  for (const SlotRef& ref : name.slots) {
    for (; hops < ref.hops; ++hops) frame = frame->parent;
    const Value& value = frame->slots[ref.slot];
    if (!value.missing()) return value;
  }
  const Value& given = variables_[name.variable];
  if (!given.missing()) return given;
  auto* const origin = run_.arena().New<UndefinedOrigin>();
  origin->name = name.name;
  return Value::Undefined(origin);
}

Value Interpreter::SelfAttribute(absl::string_view name) {
  for (const BlockNode* block : ast_.blocks) {
    if (block->name == name) return Value::Of(block);
  }
  return NewUndefined(run_.arena(), "the template has no such block");
}

Value Interpreter::EvalAttribute(const AttributeExpr& expr, Frame* frame) {
  const Value of = Eval(*expr.of, frame);
  if (of.failed()) return of;
  if (of.kind() == Kind::kSelf) return SelfAttribute(expr.name->text);
  return GetAttribute(run_, of, *expr.name);
}

Value Interpreter::EvalItem(const ItemExpr& expr, Frame* frame) {
  const Value of = Eval(*expr.of, frame);
  if (of.failed()) return of;
  const Value key = Eval(*expr.key, frame);
  if (key.failed()) return key;
  return GetItem(run_, of, key);
}

Value Interpreter::EvalSlice(const SliceExpr& expr, Frame* frame) {
  const Value of = Eval(*expr.of, frame);
  if (of.failed()) return of;
  Value bounds[3];
  const Expr* const exprs[] = {expr.start, expr.stop, expr.step};
  for (int i = 0; i < 3; ++i) {
    if (exprs[i] == nullptr) continue;
    bounds[i] = Eval(*exprs[i], frame);
    if (bounds[i].failed()) return Value::Failed();
  }
  return GetSlice(run_, of, bounds[0], bounds[1], bounds[2]);
}

Value Interpreter::EvalApply(const ApplyExpr& expr, Frame* frame) {
  const Value input =
      expr.input == nullptr ? captured_ : Eval(*expr.input, frame);
  if (input.failed()) return input;
  if (expr.function == nullptr) {
    return run_.Fail(
        absl::StrCat("no ", expr.kind == ExprKind::kTest ? "test" : "filter",
                     " named '", expr.name, "'"));
  }
  Args args;
  if (!EvalArgs(expr.args, frame, Value::Missing(), &args)) {
    return Value::Failed();
  }
  return expr.function(run_, input, args);
}

Value Interpreter::EvalConcat(const ManyExpr& expr, Frame* frame) {
  TextBuilder text(run_);
  bool markup = false;
  if (run_.autoescape) {
    // "+" escapes what needs it, once something is markup.
    Value sum = Value::String("");
    for (const Expr* item : expr.items) {
      const Value value = Eval(*item, frame);
      const Value part = value.failed() ? value : ToStr(run_, value);
      sum = part.failed() ? part : Add(run_, sum, part);
      if (sum.failed()) return sum;
      markup = markup || part.markup();
    }
    return sum;
  }
  for (const Expr* item : expr.items) {
    const Value value = Eval(*item, frame);
    if (value.failed() || !AppendStr(run_, text, value)) {
      return Value::Failed();
    }
  }
  return text.Finish(markup);
}

Value Interpreter::EvalItems(const ManyExpr& expr, Frame* frame) {
  const int64_t n = static_cast<int64_t>(expr.items.size());
  Value* const items = run_.arena().NewArray<Value>(n);
  for (int64_t i = 0; i < n; ++i) {
    items[i] = Eval(*expr.items[i], frame);
    if (items[i].failed()) return items[i];
  }
  return expr.kind == ExprKind::kList ? ListOf(run_.arena(), items, n)
                                      : TupleOf(run_.arena(), items, n);
}

Value Interpreter::EvalDict(const DictExpr& expr, Frame* frame) {
  Dict* const dict =
      NewDict(run_.arena(), static_cast<int64_t>(expr.keys.size()));
  for (size_t i = 0; i < expr.keys.size(); ++i) {
    const Value key = Eval(*expr.keys[i], frame);
    if (key.failed()) return key;
    const Value value = Eval(*expr.values[i], frame);
    if (value.failed()) return value;
    if (!IsHashable(key)) {
      return run_.Fail(
          absl::StrCat("a value of type ", TypeName(key), " can't be a key"));
    }
    dict->Set(run_.arena(), key, value);
  }
  return Value::Of(dict);
}

bool Interpreter::Holds(CompareOp op, const Value& a, const Value& b) {
  switch (op) {
    case CompareOp::kEqual:
      return Equal(run_, a, b);
    case CompareOp::kNotEqual:
      return !Equal(run_, a, b);
    case CompareOp::kLess:
      return Less(run_, a, b);
    case CompareOp::kLessOrEqual:
      return LessOrEqual(run_, a, b);
    case CompareOp::kGreater:
      return Less(run_, b, a);
    case CompareOp::kGreaterOrEqual:
      return LessOrEqual(run_, b, a);
    case CompareOp::kIn:
      return Contains(run_, b, a);
    case CompareOp::kNotIn:
      return !Contains(run_, b, a);
  }
  return false;
}

Value Interpreter::EvalCompare(const CompareExpr& expr, Frame* frame) {
  Value left = Eval(*expr.first, frame);
  if (left.failed()) return left;
  for (size_t i = 0; i < expr.ops.size(); ++i) {
    const Value right = Eval(*expr.rest[i], frame);
    if (right.failed()) return right;
    const bool holds = Holds(expr.ops[i], left, right);
    if (run_.failed()) return Value::Failed();
    if (!holds) return Value::Bool(false);
    left = right;
  }
  return Value::Bool(true);
}

Value Interpreter::EvalCondition(const ConditionExpr& expr, Frame* frame) {
  const Value test = Eval(*expr.test, frame);
  if (test.failed()) return test;
  if (IsTrue(test)) return Eval(*expr.then, frame);
  if (expr.otherwise != nullptr) return Eval(*expr.otherwise, frame);
  return NewUndefined(run_.arena(),
                      "the inline if has no else, and its test is false");
}

Value Interpreter::EvalUnary(const UnaryExpr& expr, Frame* frame) {
  const Value value = Eval(*expr.operand, frame);
  if (value.failed()) return value;
  switch (expr.kind) {
    case ExprKind::kNot:
      return Value::Bool(!IsTrue(value));
    case ExprKind::kNegate:
      return Negate(run_, value);
    default:
      return Plus(run_, value);
  }
}

Value Interpreter::EvalLogic(const BinaryExpr& expr, Frame* frame) {
  const Value left = Eval(*expr.left, frame);
  if (left.failed()) return left;
  const bool decided = IsTrue(left) == (expr.kind == ExprKind::kOr);
  return decided ? left : Eval(*expr.right, frame);
}

Value Interpreter::EvalBinary(const BinaryExpr& expr, Frame* frame) {
  const Value left = Eval(*expr.left, frame);
  if (left.failed()) return left;
  const Value right = Eval(*expr.right, frame);
  if (right.failed()) return right;
  switch (expr.kind) {
    case ExprKind::kAdd:
      return Add(run_, left, right);
    case ExprKind::kSubtract:
      return Subtract(run_, left, right);
    case ExprKind::kMultiply:
      return Multiply(run_, left, right);
    case ExprKind::kDivide:
      return Divide(run_, left, right);
    case ExprKind::kFloorDivide:
      return FloorDivide(run_, left, right);
    case ExprKind::kModulo:
      return Modulo(run_, left, right);
    default:
      return Power(run_, left, right);
  }
}

}  // namespace kaito::runtime::jinja
