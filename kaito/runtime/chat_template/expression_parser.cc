#include "kaito/runtime/chat_template/expression_parser.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Of the tree, which long sums make high without nesting. Evaluation recurses
// over it.
constexpr int kMaxHeight = 400;

struct OperatorOf {
  absl::string_view text;
  ExprKind kind;
};

constexpr OperatorOf kSums[] = {{"+", ExprKind::kAdd},
                                {"-", ExprKind::kSubtract}};
constexpr OperatorOf kProducts[] = {{"*", ExprKind::kMultiply},
                                    {"/", ExprKind::kDivide},
                                    {"//", ExprKind::kFloorDivide},
                                    {"%", ExprKind::kModulo}};

struct ComparisonOf {
  absl::string_view text;
  CompareOp op;
};

constexpr ComparisonOf kComparisons[] = {
    {"==", CompareOp::kEqual},  {"!=", CompareOp::kNotEqual},
    {"<", CompareOp::kLess},    {"<=", CompareOp::kLessOrEqual},
    {">", CompareOp::kGreater}, {">=", CompareOp::kGreaterOrEqual},
};

}  // namespace

ExpressionParser::Result ExpressionParser::Expression(bool with_condition) {
  return with_condition ? Condition() : Or();
}

ExpressionParser::Result ExpressionParser::Condition() {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return stream_.Error("expressions nest too deep");
  const size_t known = unknown_.size();
  KAITO_ASSIGN_OR_RETURN(const Expr* value, Or());
  while (stream_.now().IsName("if")) {
    const int32_t line = stream_.Next().line;
    auto* const condition = arena_.New<ConditionExpr>();
    condition->kind = ExprKind::kCondition;
    condition->line = line;
    condition->then = value;
    condition->otherwise = nullptr;
    KAITO_ASSIGN_OR_RETURN(condition->test, Or());
    if (stream_.TakeName("else")) {
      KAITO_ASSIGN_OR_RETURN(condition->otherwise, Condition());
    }
    KAITO_ASSIGN_OR_RETURN(value,
                           Finish(condition, {condition->then, condition->test,
                                              condition->otherwise}));
    unknown_.resize(known);  // Only an error when it is reached.
  }
  return value;
}

ExpressionParser::Result ExpressionParser::Or() {
  KAITO_ASSIGN_OR_RETURN(const Expr* left, And());
  while (stream_.now().IsName("or")) {
    const int32_t line = stream_.Next().line;
    KAITO_ASSIGN_OR_RETURN(const Expr* right, And());
    KAITO_ASSIGN_OR_RETURN(left, Binary(ExprKind::kOr, line, left, right));
  }
  return left;
}

ExpressionParser::Result ExpressionParser::And() {
  KAITO_ASSIGN_OR_RETURN(const Expr* left, Not());
  while (stream_.now().IsName("and")) {
    const int32_t line = stream_.Next().line;
    KAITO_ASSIGN_OR_RETURN(const Expr* right, Not());
    KAITO_ASSIGN_OR_RETURN(left, Binary(ExprKind::kAnd, line, left, right));
  }
  return left;
}

ExpressionParser::Result ExpressionParser::Not() {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return stream_.Error("expressions nest too deep");
  if (!stream_.now().IsName("not")) return Compare();
  const int32_t line = stream_.Next().line;
  KAITO_ASSIGN_OR_RETURN(const Expr* operand, Not());
  auto* const expr = arena_.New<UnaryExpr>();
  expr->kind = ExprKind::kNot;
  expr->line = line;
  expr->operand = operand;
  return Finish(expr, {operand});
}

ExpressionParser::Result ExpressionParser::Compare() {
  KAITO_ASSIGN_OR_RETURN(const Expr* first, Sum());
  std::vector<CompareOp> ops;
  std::vector<const Expr*> rest;
  const int32_t line = stream_.now().line;
  for (;;) {
    const auto* const found = std::ranges::find_if(
        kComparisons,
        [this](const ComparisonOf& c) { return stream_.now().Is(c.text); });
    if (found != std::end(kComparisons)) {
      ops.push_back(found->op);
    } else if (stream_.now().IsName("in")) {
      ops.push_back(CompareOp::kIn);
    } else if (stream_.now().IsName("not") && stream_.ahead().IsName("in")) {
      stream_.Next();
      ops.push_back(CompareOp::kNotIn);
    } else {
      break;
    }
    stream_.Next();
    KAITO_ASSIGN_OR_RETURN(const Expr* operand, Sum());
    rest.push_back(operand);
  }
  if (ops.empty()) return first;
  auto* const expr = arena_.New<CompareExpr>();
  expr->kind = ExprKind::kCompare;
  expr->line = line;
  expr->first = first;
  CompareOp* const kept = arena_.NewArray<CompareOp>(ops.size());
  std::ranges::copy(ops, kept);
  expr->ops = {kept, ops.size()};
  expr->rest = Keep(rest);
  rest.push_back(first);
  return Finish(expr, rest);
}

ExpressionParser::Result ExpressionParser::Sum() {
  KAITO_ASSIGN_OR_RETURN(const Expr* left, Concat());
  for (;;) {
    const auto* const op = std::ranges::find_if(
        kSums,
        [this](const OperatorOf& o) { return stream_.now().Is(o.text); });
    if (op == std::end(kSums)) return left;
    const int32_t line = stream_.Next().line;
    KAITO_ASSIGN_OR_RETURN(const Expr* right, Concat());
    KAITO_ASSIGN_OR_RETURN(left, Binary(op->kind, line, left, right));
  }
}

ExpressionParser::Result ExpressionParser::Concat() {
  KAITO_ASSIGN_OR_RETURN(const Expr* first, Product());
  if (!stream_.now().Is("~")) return first;
  const int32_t line = stream_.now().line;
  std::vector<const Expr*> items = {first};
  while (stream_.TakeOperator("~")) {
    KAITO_ASSIGN_OR_RETURN(const Expr* item, Product());
    items.push_back(item);
  }
  return Many(ExprKind::kConcat, line, std::move(items));
}

ExpressionParser::Result ExpressionParser::Product() {
  KAITO_ASSIGN_OR_RETURN(const Expr* left, Power());
  for (;;) {
    const auto* const op = std::ranges::find_if(
        kProducts,
        [this](const OperatorOf& o) { return stream_.now().Is(o.text); });
    if (op == std::end(kProducts)) return left;
    const int32_t line = stream_.Next().line;
    KAITO_ASSIGN_OR_RETURN(const Expr* right, Power());
    KAITO_ASSIGN_OR_RETURN(left, Binary(op->kind, line, left, right));
  }
}

ExpressionParser::Result ExpressionParser::Power() {
  // From the left and below the sign, unlike Python: -2 ** 2 is 4.
  KAITO_ASSIGN_OR_RETURN(const Expr* left, Unary(/*with_filters=*/true));
  while (stream_.now().Is("**")) {
    const int32_t line = stream_.Next().line;
    KAITO_ASSIGN_OR_RETURN(const Expr* right, Unary(/*with_filters=*/true));
    KAITO_ASSIGN_OR_RETURN(left, Binary(ExprKind::kPower, line, left, right));
  }
  return left;
}

ExpressionParser::Result ExpressionParser::Unary(bool with_filters) {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return stream_.Error("expressions nest too deep");
  const Expr* value = nullptr;
  if (stream_.now().Is("-") || stream_.now().Is("+")) {
    const Token op = stream_.Next();
    KAITO_ASSIGN_OR_RETURN(const Expr* operand, Unary(/*with_filters=*/false));
    auto* const expr = arena_.New<UnaryExpr>();
    expr->kind = op.text == "-" ? ExprKind::kNegate : ExprKind::kPlus;
    expr->line = op.line;
    expr->operand = operand;
    KAITO_ASSIGN_OR_RETURN(value, Finish(expr, {operand}));
  } else {
    KAITO_ASSIGN_OR_RETURN(value, Primary());
  }
  KAITO_ASSIGN_OR_RETURN(value, Postfix(value));
  if (!with_filters) return value;
  return FiltersAndTests(value);
}

ExpressionParser::Result ExpressionParser::Tuple(bool with_condition,
                                                 absl::string_view end) {
  const int32_t line = stream_.now().line;
  std::vector<const Expr*> items;
  bool is_tuple = false;
  for (;;) {
    const Token& now = stream_.now();
    const bool ends = now.kind == TokenKind::kPrintEnd ||
                      now.kind == TokenKind::kBlockEnd || now.Is(")") ||
                      (!end.empty() && now.IsName(end));
    if (ends) break;
    KAITO_ASSIGN_OR_RETURN(const Expr* item, Expression(with_condition));
    items.push_back(item);
    if (!stream_.TakeOperator(",")) break;
    is_tuple = true;
  }
  if (is_tuple) return Many(ExprKind::kTuple, line, std::move(items));
  if (items.empty()) return stream_.Unexpected();
  return items[0];
}

ExpressionParser::Result ExpressionParser::Many(
    ExprKind kind, int32_t line, std::vector<const Expr*> items) {
  const bool constant = kind != ExprKind::kConcat &&
                        std::ranges::all_of(items, [](const Expr* e) {
                          return e->kind == ExprKind::kConst;
                        });
  if (constant) {
    // Nothing can change it, so one list will do for all renderings.
    std::vector<Value> values;
    for (const Expr* item : items) {
      values.push_back(static_cast<const ConstExpr*>(item)->value);
    }
    return Const(line, kind == ExprKind::kList ? NewList(arena_, values)
                                               : NewTuple(arena_, values));
  }
  auto* const expr = arena_.New<ManyExpr>();
  expr->kind = kind;
  expr->line = line;
  expr->items = Keep(items);
  return Finish(expr, items);
}

ExpressionParser::Result ExpressionParser::Binary(ExprKind kind, int32_t line,
                                                  const Expr* left,
                                                  const Expr* right) {
  auto* const expr = arena_.New<BinaryExpr>();
  expr->kind = kind;
  expr->line = line;
  expr->left = left;
  expr->right = right;
  return Finish(expr, {left, right});
}

ExpressionParser::Result ExpressionParser::Const(int32_t line, Value value) {
  auto* const expr = arena_.New<ConstExpr>();
  expr->kind = ExprKind::kConst;
  expr->line = line;
  expr->value = value;
  return expr;
}

ExpressionParser::Result ExpressionParser::Name(const Token& token) {
  auto* const expr = arena_.New<NameExpr>();
  expr->kind = ExprKind::kName;
  expr->line = token.line;
  expr->name = token.text;
  scopes_.Use(expr);
  return expr;
}

ExpressionParser::Result ExpressionParser::Finish(
    Expr* expr, std::span<const Expr* const> children) {
  expr->calls = expr->kind == ExprKind::kCall;
  for (const Expr* child : children) {
    if (child == nullptr) continue;
    expr->height = std::max(expr->height, child->height + 1);
    expr->calls = expr->calls || child->calls;
  }
  if (expr->height > kMaxHeight) {
    return stream_.ErrorAt(expr->line, "the expression is too long");
  }
  return expr;
}

ExpressionParser::Result ExpressionParser::Finish(
    Expr* expr, std::initializer_list<const Expr*> children) {
  return Finish(expr, std::span(children.begin(), children.size()));
}

Exprs ExpressionParser::Keep(const std::vector<const Expr*>& items) {
  const Expr** const kept = arena_.NewArray<const Expr*>(items.size());
  std::ranges::copy(items, kept);
  return {kept, items.size()};
}

}  // namespace kaito::runtime::jinja
