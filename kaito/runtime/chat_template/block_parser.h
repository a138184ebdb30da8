#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_BLOCK_PARSER_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_BLOCK_PARSER_H_

// The blocks of a template. Private to parser.h: what runs (if, for, print) is
// in parser.cc, what makes a scope (set, with, macro, call ...) in
// scope_parser.cc.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/expression_parser.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/scopes.h"

namespace kaito::runtime::jinja {

// A value for the time of a scope.
template <typename T>
class Restored {
 public:
  Restored(T& place, T value) : place_(place), old_(place) { place = value; }
  ~Restored() { place_ = old_; }

 private:
  T& place_;
  const T old_;
};

class BlockParser {
 public:
  BlockParser(std::vector<Token> tokens, Arena& arena)
      : stream_(std::move(tokens)),
        arena_(arena),
        scopes_(arena),
        expressions_(stream_, arena, scopes_) {}

  absl::StatusOr<TemplateAst> Parse();

 private:
  using EndTags = std::initializer_list<absl::string_view>;
  using Result = absl::StatusOr<const Node*>;

  struct TagParser {
    absl::string_view name;
    Result (BlockParser::*parse)(const Token& tag);
  };
  static std::span<const TagParser> TagParsers();

  template <typename T>
  std::span<const T> Keep(const std::vector<T>& items) {
    T* const kept = arena_.NewArray<T>(items.size());
    std::ranges::copy(items, kept);
    return {kept, items.size()};
  }

  template <typename T>
  T* New(NodeKind kind, int32_t line) {
    T* const node = arena_.New<T>();
    node->kind = kind;
    node->line = line;
    return node;
  }

  // Up to a tag in `ends`, whose name is then the current token; to the end of
  // the template where there are none.
  absl::StatusOr<Body> Statements(EndTags ends);
  absl::Status EndOfTag();
  absl::Status Print(int32_t line, std::vector<const Node*>* nodes);
  absl::Status Tag(std::vector<const Node*>* nodes);
  absl::Status PrintTag(int32_t line, std::vector<const Node*>* nodes);
  // The body of a block, up to its one end tag.
  absl::StatusOr<Body> BodyUntil(absl::string_view end);
  absl::StatusOr<Body> BodyBefore(EndTags ends);
  Result If(const Token& tag);
  Result For(const Token& tag);
  absl::Status ForBodies(ForNode* node, Target* target);
  Result BreakOrContinue(const Token& tag);
  // Parsed, since a template may hold it where it isn't reached.
  Result Unsupported(const Token& tag);

  Result Set(const Token& tag);
  // A body that is a scope of its own.
  absl::StatusOr<Body> Scoped(absl::string_view end, SlotRange* slots);
  // A body that is a function, with parameters where `with_params`.
  absl::Status Function(MacroNode* macro, bool with_params,
                        absl::string_view end);
  absl::Status Parameters(MacroNode* macro);
  Result Macro(const Token& tag);
  Result CallBlock(const Token& tag);
  Result Filter(const Token& tag);
  Result With(const Token& tag);
  Result Autoescape(const Token& tag);
  Result Block(const Token& tag);
  Result Generation(const Token& tag);

  TokenStream stream_;
  Arena& arena_;
  Scopes scopes_;
  ExpressionParser expressions_;
  TemplateAst ast_;
  std::vector<const BlockNode*> blocks_;
  int depth_ = 0;
  int breakable_ = 0;  // Loops around, inside the current function.
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_BLOCK_PARSER_H_
