// The parts of expressions that begin with a token of their own: literals,
// names, brackets, calls, filters, tests; and what is assigned to.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/attributes.h"
#include "kaito/runtime/chat_template/expression_parser.h"
#include "kaito/runtime/chat_template/filters.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

ExpressionParser::Result ExpressionParser::Primary() {
  const Token token = stream_.now();
  switch (token.kind) {
    case TokenKind::kName:
      stream_.Next();
      if (token.text == "true" || token.text == "True") {
        return Const(token.line, Value::Bool(true));
      }
      if (token.text == "false" || token.text == "False") {
        return Const(token.line, Value::Bool(false));
      }
      if (token.text == "none" || token.text == "None") {
        return Const(token.line, Value::None());
      }
      return Name(token);
    case TokenKind::kString: {
      stream_.Next();
      if (stream_.now().kind != TokenKind::kString) {
        return Const(token.line, Value::String(token.text));
      }
      std::string text(token.text);
      while (stream_.now().kind == TokenKind::kString) {
        absl::StrAppend(&text, stream_.Next().text);
      }
      return Const(token.line, CopyString(arena_, text));
    }
    case TokenKind::kInteger:
      stream_.Next();
      return Const(token.line, Value::Int(token.integer));
    case TokenKind::kFloat:
      stream_.Next();
      return Const(token.line, Value::Float(token.real));
    default:
      break;
  }
  if (token.Is("(")) return Parenthesised();
  if (token.Is("[")) return ListLiteral();
  if (token.Is("{")) return DictLiteral();
  return stream_.Unexpected();
}

ExpressionParser::Result ExpressionParser::Parenthesised() {
  const int32_t line = stream_.Next().line;
  if (stream_.TakeOperator(")")) return Many(ExprKind::kTuple, line, {});
  KAITO_ASSIGN_OR_RETURN(const Expr* value, Tuple());
  KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(")"));
  return value;
}

ExpressionParser::Result ExpressionParser::ListLiteral() {
  const int32_t line = stream_.Next().line;
  std::vector<const Expr*> items;
  while (!stream_.now().Is("]")) {
    if (!items.empty()) {
      KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
      if (stream_.now().Is("]")) break;
    }
    KAITO_ASSIGN_OR_RETURN(const Expr* item, Expression());
    items.push_back(item);
  }
  stream_.Next();
  return Many(ExprKind::kList, line, std::move(items));
}

ExpressionParser::Result ExpressionParser::DictLiteral() {
  auto* const expr = arena_.New<DictExpr>();
  expr->kind = ExprKind::kDict;
  expr->line = stream_.Next().line;
  std::vector<const Expr*> keys;
  std::vector<const Expr*> values;
  while (!stream_.now().Is("}")) {
    if (!keys.empty()) {
      KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
      if (stream_.now().Is("}")) break;
    }
    KAITO_ASSIGN_OR_RETURN(const Expr* key, Expression());
    KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(":"));
    KAITO_ASSIGN_OR_RETURN(const Expr* value, Expression());
    keys.push_back(key);
    values.push_back(value);
  }
  stream_.Next();
  expr->keys = Keep(keys);
  expr->values = Keep(values);
  std::vector<const Expr*> children = keys;
  children.insert(children.end(), values.begin(), values.end());
  return Finish(expr, children);
}

ExpressionParser::Result ExpressionParser::Postfix(const Expr* of) {
  for (;;) {
    if (stream_.now().Is(".") || stream_.now().Is("[")) {
      KAITO_ASSIGN_OR_RETURN(of, Subscript(of));
    } else if (stream_.now().Is("(")) {
      KAITO_ASSIGN_OR_RETURN(of, Call(of));
    } else {
      return of;
    }
  }
}

ExpressionParser::Result ExpressionParser::FiltersAndTests(const Expr* of) {
  for (;;) {
    if (stream_.now().Is("|")) {
      KAITO_ASSIGN_OR_RETURN(of, Filters(of, /*first_inline=*/false));
    } else if (stream_.now().IsName("is")) {
      KAITO_ASSIGN_OR_RETURN(of, Test(of));
    } else if (stream_.now().Is("(")) {
      KAITO_ASSIGN_OR_RETURN(of, Call(of));
    } else {
      return of;
    }
  }
}

ExpressionParser::Result ExpressionParser::Subscript(const Expr* of) {
  const Token bracket = stream_.Next();
  if (bracket.text == ".") {
    const Token token = stream_.Next();
    if (token.kind == TokenKind::kName) {
      auto* const expr = arena_.New<AttributeExpr>();
      expr->kind = ExprKind::kAttribute;
      expr->line = bracket.line;
      expr->of = of;
      expr->name = arena_.New<AttributeName>(token.text);
      return Finish(expr, {of});
    }
    if (token.kind != TokenKind::kInteger) {
      return stream_.ErrorAt(token.line, "expected a name or number after '.'");
    }
    auto* const expr = arena_.New<ItemExpr>();
    expr->kind = ExprKind::kItem;
    expr->line = bracket.line;
    expr->of = of;
    KAITO_ASSIGN_OR_RETURN(expr->key,
                           Const(token.line, Value::Int(token.integer)));
    return Finish(expr, {of});
  }
  std::vector<const Expr*> keys;
  bool any_slice = false;
  const Expr* last = nullptr;
  while (!stream_.now().Is("]")) {
    if (!keys.empty()) KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
    bool is_slice = false;
    KAITO_ASSIGN_OR_RETURN(last, SubscriptPart(of, &is_slice));
    any_slice = any_slice || is_slice;
    keys.push_back(last);
  }
  stream_.Next();
  if (any_slice) {
    if (keys.size() == 1) return last;
    return stream_.ErrorAt(bracket.line, "only one slice in [] is supported");
  }
  auto* const expr = arena_.New<ItemExpr>();
  expr->kind = ExprKind::kItem;
  expr->line = bracket.line;
  expr->of = of;
  expr->key = last;
  if (keys.size() != 1) {
    KAITO_ASSIGN_OR_RETURN(
        expr->key, Many(ExprKind::kTuple, bracket.line, std::move(keys)));
  }
  return Finish(expr, {of, expr->key});
}

ExpressionParser::Result ExpressionParser::SubscriptPart(const Expr* of,
                                                         bool* is_slice) {
  const int32_t line = stream_.now().line;
  const Expr* parts[3] = {nullptr, nullptr, nullptr};
  if (!stream_.now().Is(":")) {
    KAITO_ASSIGN_OR_RETURN(parts[0], Expression());
    if (!stream_.now().Is(":")) return parts[0];
  }
  for (int i = 1; i < 3 && stream_.TakeOperator(":"); ++i) {
    const Token& now = stream_.now();
    if (now.Is(":") || now.Is("]") || now.Is(",")) continue;
    KAITO_ASSIGN_OR_RETURN(parts[i], Expression());
  }
  *is_slice = true;
  auto* const expr = arena_.New<SliceExpr>();
  expr->kind = ExprKind::kSlice;
  expr->line = line;
  expr->of = of;
  expr->start = parts[0];
  expr->stop = parts[1];
  expr->step = parts[2];
  return Finish(expr, {of, parts[0], parts[1], parts[2]});
}

absl::Status ExpressionParser::Argument(ArgExprs* args,
                                        std::vector<const Expr*>* positional,
                                        std::vector<NamedExpr>* named,
                                        int32_t line) {
  const absl::Status misplaced =
      stream_.ErrorAt(line, "the arguments are in the wrong order");
  const bool dynamic =
      args->more_positional != nullptr || args->more_named != nullptr;
  if (stream_.TakeOperator("*")) {
    if (dynamic) return misplaced;
    KAITO_ASSIGN_OR_RETURN(args->more_positional, Expression());
    return absl::OkStatus();
  }
  if (stream_.TakeOperator("**")) {
    if (args->more_named != nullptr) return misplaced;
    KAITO_ASSIGN_OR_RETURN(args->more_named, Expression());
    return absl::OkStatus();
  }
  if (stream_.now().kind == TokenKind::kName && stream_.ahead().Is("=")) {
    if (args->more_named != nullptr) return misplaced;
    const Token name = stream_.Next();
    stream_.Next();
    const bool repeated = std::ranges::any_of(
        *named, [&](const NamedExpr& n) { return n.name == name.text; });
    if (repeated) {
      return stream_.ErrorAt(
          name.line, absl::StrCat("argument '", name.text, "' comes twice"));
    }
    KAITO_ASSIGN_OR_RETURN(const Expr* value, Expression());
    named->push_back({name.text, value});
    return absl::OkStatus();
  }
  if (dynamic || !named->empty()) return misplaced;
  KAITO_ASSIGN_OR_RETURN(const Expr* value, Expression());
  positional->push_back(value);
  return absl::OkStatus();
}

absl::StatusOr<ArgExprs> ExpressionParser::Arguments(
    std::vector<const Expr*>* children) {
  ArgExprs args;
  std::vector<const Expr*> positional;
  std::vector<NamedExpr> named;
  const int32_t line = stream_.Next().line;
  for (bool first = true; !stream_.now().Is(")"); first = false) {
    if (!first) {
      KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
      if (stream_.now().Is(")")) break;
    }
    KAITO_RETURN_IF_ERROR(Argument(&args, &positional, &named, line));
  }
  stream_.Next();
  args.positional = Keep(positional);
  NamedExpr* const kept = arena_.NewArray<NamedExpr>(named.size());
  std::ranges::copy(named, kept);
  args.named = {kept, named.size()};
  *children = std::move(positional);
  for (const NamedExpr& n : named) children->push_back(n.value);
  children->push_back(args.more_positional);
  children->push_back(args.more_named);
  return args;
}

ExpressionParser::Result ExpressionParser::Call(const Expr* callee) {
  auto* const expr = arena_.New<CallExpr>();
  expr->kind = ExprKind::kCall;
  expr->line = stream_.now().line;
  expr->callee = callee;
  std::vector<const Expr*> children;
  KAITO_ASSIGN_OR_RETURN(expr->args, Arguments(&children));
  children.push_back(callee);
  return Finish(expr, children);
}

ExpressionParser::Result ExpressionParser::Apply(
    bool is_test, const Expr* input, const Token& name, std::string full_name,
    const ArgExprs& args, std::vector<const Expr*> children) {
  auto* const expr = arena_.New<ApplyExpr>();
  expr->kind = is_test ? ExprKind::kTest : ExprKind::kFilter;
  expr->line = name.line;
  expr->input = input;
  expr->name = arena_.Copy(full_name);
  expr->function = is_test ? FindTest(full_name) : FindFilter(full_name);
  expr->args = args;
  if (expr->function == nullptr && !lenient) {
    unknown_.push_back(stream_.ErrorAt(
        name.line, absl::StrCat("no ", is_test ? "test" : "filter", " named '",
                                full_name, "'")));
  }
  children.push_back(input);
  return Finish(expr, children);
}

ExpressionParser::Result ExpressionParser::Filters(const Expr* input,
                                                   bool first_inline) {
  while (first_inline || stream_.TakeOperator("|")) {
    first_inline = false;
    KAITO_ASSIGN_OR_RETURN(const Token name, stream_.ExpectAnyName());
    std::string full_name(name.text);
    while (stream_.TakeOperator(".")) {
      KAITO_ASSIGN_OR_RETURN(const Token part, stream_.ExpectAnyName());
      absl::StrAppend(&full_name, ".", part.text);
    }
    ArgExprs args;
    std::vector<const Expr*> children;
    if (stream_.now().Is("(")) {
      KAITO_ASSIGN_OR_RETURN(args, Arguments(&children));
    }
    KAITO_ASSIGN_OR_RETURN(input, Apply(/*is_test=*/false, input, name,
                                        full_name, args, std::move(children)));
  }
  return input;
}

ExpressionParser::Result ExpressionParser::Test(const Expr* input) {
  const int32_t line = stream_.Next().line;
  const bool negated = stream_.TakeName("not");
  KAITO_ASSIGN_OR_RETURN(const Token name, stream_.ExpectAnyName());
  std::string full_name(name.text);
  while (stream_.TakeOperator(".")) {
    KAITO_ASSIGN_OR_RETURN(const Token part, stream_.ExpectAnyName());
    absl::StrAppend(&full_name, ".", part.text);
  }
  ArgExprs args;
  std::vector<const Expr*> children;
  const Token& now = stream_.now();
  const bool literal =
      now.kind == TokenKind::kString || now.kind == TokenKind::kInteger ||
      now.kind == TokenKind::kFloat || now.Is("[") || now.Is("{");
  const bool name_of_value = now.kind == TokenKind::kName &&
                             !now.IsName("else") && !now.IsName("or") &&
                             !now.IsName("and");
  if (now.Is("(")) {
    KAITO_ASSIGN_OR_RETURN(args, Arguments(&children));
  } else if (now.IsName("is")) {
    return stream_.Error("tests can't be chained with 'is'");
  } else if (literal || name_of_value) {
    KAITO_ASSIGN_OR_RETURN(const Expr* primary, Primary());
    KAITO_ASSIGN_OR_RETURN(const Expr* value, Postfix(primary));
    children.push_back(value);
    args.positional = Keep(children);
  }
  KAITO_ASSIGN_OR_RETURN(const Expr* test,
                         Apply(/*is_test=*/true, input, name, full_name, args,
                               std::move(children)));
  if (!negated) return test;
  auto* const expr = arena_.New<UnaryExpr>();
  expr->kind = ExprKind::kNot;
  expr->line = line;
  expr->operand = test;
  return Finish(expr, {test});
}

}  // namespace kaito::runtime::jinja
