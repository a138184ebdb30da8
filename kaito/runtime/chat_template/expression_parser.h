#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_EXPRESSION_PARSER_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_EXPRESSION_PARSER_H_

// Expressions of a template: Jinja's grammar, which isn't Python's. Used by
// parser.h, which handles the blocks.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/scopes.h"

namespace kaito::runtime::jinja {

// Where the parser is in the tokens.
class TokenStream {
 public:
  explicit TokenStream(std::vector<Token> tokens)
      : tokens_(std::move(tokens)) {}

  const Token& now() const { return tokens_[at_]; }
  const Token& ahead() const {
    return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_];
  }
  Token Next() {
    const Token token = now();
    if (token.kind != TokenKind::kEnd) ++at_;
    return token;
  }
  bool TakeName(absl::string_view name) { return Take(now().IsName(name)); }
  bool TakeOperator(absl::string_view op) { return Take(now().Is(op)); }
  absl::Status ExpectOperator(absl::string_view op);
  absl::Status ExpectName(absl::string_view name);
  absl::StatusOr<Token> ExpectAnyName();
  absl::Status ExpectKind(TokenKind kind, absl::string_view what);

  // A syntax error at the current token, or at a line.
  absl::Status Error(absl::string_view message) const;
  absl::Status ErrorAt(int64_t line, absl::string_view message) const;
  // "unexpected 'x'", or the end of the template.
  absl::Status Unexpected() const;

 private:
  bool Take(bool fits) {
    if (fits) ++at_;
    return fits;
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
};

class ExpressionParser {
 public:
  ExpressionParser(TokenStream& stream, Arena& arena, Scopes& scopes)
      : stream_(stream), arena_(arena), scopes_(scopes) {}

  // A condition ("a if b else c") only where asked for.
  absl::StatusOr<const Expr*> Expression(bool with_condition = true);

  // An expression, or several with commas between. `end` is a name that ends
  // it besides the end of the tag.
  absl::StatusOr<const Expr*> Tuple(bool with_condition = true,
                                    absl::string_view end = {});

  // "| a | b(1)" applied to `input`; null where there is none. With
  // `first_inline` the first filter has no "|" in front.
  absl::StatusOr<const Expr*> Filters(const Expr* input, bool first_inline);

  // A name, a tuple of targets, or with `with_attribute` namespace.attribute.
  absl::StatusOr<Target*> AssignTarget(bool with_attribute,
                                       absl::string_view end = {});
  // The current scope gets the names of the target; once for each target.
  absl::Status Declare(Target* target);
  // The same names, for another scope.
  Target* CopyTarget(const Target* target);

  // Filters and tests that don't exist are errors, but inside an if only when
  // they are reached.
  bool lenient = false;
  absl::Status UnknownNames() const {
    return unknown_.empty() ? absl::OkStatus() : unknown_.front();
  }

  // Loops around the current place; `loop` can't be assigned inside.
  int loops = 0;

 private:
  using Result = absl::StatusOr<const Expr*>;

  // One level of recursion, counted.
  class DepthGuard {
   public:
    explicit DepthGuard(ExpressionParser& parser) : depth_(parser.depth_) {
      ++depth_;
    }
    ~DepthGuard() { --depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;
    bool too_deep() const { return depth_ > kMaxDepth; }

   private:
    int& depth_;
  };

  // Python, under Jinja, stops at some 80 nested brackets. Three levels of ours
  // are one bracket.
  static constexpr int kMaxDepth = 600;

  Result Condition();
  Result Or();
  Result And();
  Result Not();
  Result Compare();
  Result Sum();
  Result Concat();
  Result Product();
  Result Power();
  Result Unary(bool with_filters);
  Result Primary();
  Result Parenthesised();
  Result ListLiteral();
  Result DictLiteral();
  Result Postfix(const Expr* of);
  Result FiltersAndTests(const Expr* of);
  Result Subscript(const Expr* of);
  Result SubscriptPart(const Expr* of, bool* is_slice);
  Result Call(const Expr* callee);
  Result Test(const Expr* input);
  absl::StatusOr<ArgExprs> Arguments(std::vector<const Expr*>* children);
  absl::Status Argument(ArgExprs* args, std::vector<const Expr*>* positional,
                        std::vector<NamedExpr>* named, int32_t line);
  absl::StatusOr<Target*> TargetPart(bool with_attribute);
  Result Many(ExprKind kind, int32_t line, std::vector<const Expr*> items);
  Result Binary(ExprKind kind, int32_t line, const Expr* left,
                const Expr* right);
  Result Apply(bool is_test, const Expr* input, const Token& name,
               std::string full_name, const ArgExprs& args,
               std::vector<const Expr*> children);
  Result Name(const Token& token);
  Result Const(int32_t line, Value value);

  // Counts height and calls; an error where the tree gets too high.
  Result Finish(Expr* expr, std::span<const Expr* const> children);
  Result Finish(Expr* expr, std::initializer_list<const Expr*> children);
  Exprs Keep(const std::vector<const Expr*>& items);

  TokenStream& stream_;
  Arena& arena_;
  Scopes& scopes_;
  std::vector<absl::Status> unknown_;
  int depth_ = 0;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_EXPRESSION_PARSER_H_
