#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_AST_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_AST_H_

// A template as a tree, as the parser makes it and the interpreter walks it.
// Nodes live in the template's arena and never change after parsing.
//
// Names are resolved when parsing ends. Each function (the template itself, a
// macro, the body of a call or generation block, a recursive loop) has one
// frame of slots at a time; the scopes inside it have ranges of these slots.

#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/attributes.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

enum class ExprKind : uint8_t {
  kConst,
  kName,
  kAttribute,
  kItem,
  kSlice,
  kCall,
  kFilter,
  kTest,
  kConcat,
  kList,
  kTuple,
  kDict,
  kCondition,
  kCompare,
  kNot,
  kAnd,
  kOr,
  kNegate,
  kPlus,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
};

struct Expr {
  ExprKind kind;
  bool calls = false;  // Whether a call is in it.
  int32_t line = 0;
  int32_t height = 1;  // Nodes on the longest way down.
};
using Exprs = std::span<const Expr* const>;

struct ConstExpr : Expr {
  Value value;
};

// A slot of the frame `hops` functions further out.
struct SlotRef {
  int32_t hops;
  int32_t slot;
};

struct NameExpr : Expr {
  absl::string_view name;
  // From the innermost scope outwards; the first that is assigned counts.
  std::span<const SlotRef> slots;
  // Otherwise the variable of this number that the caller gave.
  int32_t variable = -1;
};

struct AttributeExpr : Expr {
  const Expr* of;
  const AttributeName* name;
};

struct ItemExpr : Expr {
  const Expr* of;
  const Expr* key;
};

struct SliceExpr : Expr {
  const Expr* of;
  const Expr* start;  // These three may be null.
  const Expr* stop;
  const Expr* step;
};

struct NamedExpr {
  absl::string_view name;
  const Expr* value;
};

struct ArgExprs {
  Exprs positional;
  std::span<const NamedExpr> named;
  const Expr* more_positional = nullptr;  // *args
  const Expr* more_named = nullptr;       // **kwargs
};

struct CallExpr : Expr {
  const Expr* callee;
  ArgExprs args;
};

// A filter or a test.
struct ApplyExpr : Expr {
  const Expr* input;  // Null: what the surrounding block captured.
  absl::string_view name;
  NativeFunction function;  // Null: unknown, an error when it is reached.
  ArgExprs args;
};

// kConcat, kList, kTuple.
struct ManyExpr : Expr {
  Exprs items;
};

struct DictExpr : Expr {
  Exprs keys;
  Exprs values;
};

struct ConditionExpr : Expr {
  const Expr* test;
  const Expr* then;
  const Expr* otherwise;  // May be null.
};

enum class CompareOp : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIn,
  kNotIn,
};

struct CompareExpr : Expr {
  const Expr* first;
  std::span<const CompareOp> ops;
  Exprs rest;
};

struct UnaryExpr : Expr {
  const Expr* operand;
};

struct BinaryExpr : Expr {
  const Expr* left;
  const Expr* right;
};

enum class NodeKind : uint8_t {
  kText,
  kPrint,
  kIf,
  kFor,
  kSet,
  kSetBlock,
  kMacro,
  kCallBlock,
  kFilterBlock,
  kWith,
  kAutoescape,
  kBlock,
  kGeneration,
  kBreak,
  kContinue,
  kUnsupported,
};

struct Node {
  NodeKind kind;
  int32_t line = 0;
};
using Body = std::span<const Node* const>;

// The slots of a scope, which are unassigned when it is entered.
struct SlotRange {
  int32_t first = 0;
  int32_t count = 0;
};

// What is assigned to: a slot, several in a tuple, or namespace.attribute.
struct Target {
  enum Kind : uint8_t { kSlot, kTuple, kAttribute } kind;
  int32_t line = 0;
  int32_t slot = -1;
  std::span<Target* const> parts = {};
  const NameExpr* ns = nullptr;
  absl::string_view name = {};  // Of the variable or the attribute.
};

struct TextNode : Node {
  absl::string_view text;
};

struct PrintNode : Node {
  const Expr* value;
};

struct IfNode : Node {
  struct Branch {
    const Expr* test;
    Body body;
  };
  std::span<const Branch> branches;
  Body otherwise;
};

struct ForNode : Node {
  const Target* target;
  const Expr* items;
  // With targets of its own, since it is asked about the next item while the
  // body is at the current one.
  const Expr* filter = nullptr;
  const Target* filter_target = nullptr;
  SlotRange filter_slots;
  Body body;
  SlotRange body_slots;
  Body otherwise;
  SlotRange otherwise_slots;
  int32_t loop_slot = -1;  // Where `loop` is, if anything looks at it.
  bool recursive = false;
  int32_t frame_size = 0;  // Of a recursive one, which is a function.
};

struct SetNode : Node {
  const Target* target;
  const Expr* value;
};

struct SetBlockNode : Node {
  const Target* target;
  const Expr* filter;  // May be null.
  Body body;
  SlotRange slots;
};

struct MacroParam {
  const Target* target;
  const Expr* fallback;  // May be null.
};

struct MacroNode : Node {
  absl::string_view name;
  const Target* name_target = nullptr;  // Not of the body of a block.
  std::span<const MacroParam> params;
  Value arguments;  // The names of the parameters, a tuple.
  Body body;
  int32_t frame_size = 0;
  // Where the body finds them; -1 where it doesn't look.
  int32_t caller_slot = -1;
  int32_t varargs_slot = -1;
  int32_t kwargs_slot = -1;
  // Also where only a macro inside looks.
  bool takes_caller = false;
  bool takes_varargs = false;
  bool takes_kwargs = false;
};

struct CallBlockNode : Node {
  const CallExpr* call;
  const MacroNode* body;
};

struct FilterBlockNode : Node {
  const Expr* filter;
  Body body;
  SlotRange slots;
};

struct WithNode : Node {
  std::span<Target* const> targets;
  Exprs values;
  Body body;
  SlotRange slots;
};

struct AutoescapeNode : Node {
  const Expr* enabled;
  Body body;
  SlotRange slots;
};

struct BlockNode : Node {
  absl::string_view name;
  Body body;
  int32_t frame_size = 0;
};

struct GenerationNode : Node {
  const MacroNode* body;
};

// include, import, extends: there is nothing to load from.
struct UnsupportedNode : Node {
  absl::string_view tag;
};

struct TemplateAst {
  Body body;
  int32_t frame_size = 0;
  std::span<const absl::string_view> variables;  // By number.
  std::span<const BlockNode* const> blocks;
  bool has_generation = false;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_AST_H_
