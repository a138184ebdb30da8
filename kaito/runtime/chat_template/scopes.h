#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_SCOPES_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_SCOPES_H_

// Where the names of a template live. The parser opens and closes scopes as it
// goes and reports each name; Resolve() at the end gives out the slots, since a
// name may be used in a macro before it is assigned outside.
//
// Jinja's rules: for, macro, call, filter, set, with, generation and block
// bodies are scopes, if isn't; an assignment makes the name local to its scope;
// a name that isn't assigned (yet) is looked up further out, and at last in what
// the caller gave.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"

namespace kaito::runtime::jinja {

class Scopes {
 public:
  explicit Scopes(Arena& arena) : arena_(arena) { Open(nullptr); }

  // A scope of the current function; its slots are written to `slots`, if not
  // null, by Resolve().
  void Open(SlotRange* slots);
  // A scope that is a function with a frame of its own. With `macro`, the names
  // caller, varargs and kwargs are special in it.
  void OpenFunction(int32_t* frame_size, MacroNode* macro);
  // A function that sees only the template's own scope: a block's body.
  void OpenBlock(int32_t* frame_size);
  void Close() { current_ = current_->return_to; }
  // Leaves the current scope for the one around it, for a while.
  void Suspend() {
    suspended_.push_back(current_);
    Close();
  }
  void Continue() {
    current_ = suspended_.back();
    suspended_.pop_back();
  }

  // The current scope gets the name; its slot is written to `slot`.
  void Declare(absl::string_view name, int32_t* slot);
  // As Declare, for `loop`: nothing is written where nobody looks.
  void DeclareLoop(int32_t* slot);
  // The name is used in the current scope.
  void Use(NameExpr* name);

  void Resolve(TemplateAst* ast);

 private:
  struct Variable {
    int32_t slot = -1;
    bool only_if_used = false;
    bool used = false;
    std::vector<int32_t*> write_to;
  };
  struct Function {
    Function* parent;
    int32_t* frame_size;
    int32_t size = 0;
  };
  struct Scope {
    Scope* parent;
    Scope* return_to;
    Function* function;
    SlotRange* slots;
    MacroNode* macro = nullptr;
    // Small, but a hostile template may assign thousands of names.
    absl::flat_hash_map<absl::string_view, Variable> variables;
    std::vector<absl::string_view> order;
  };
  struct Usage {
    NameExpr* name;
    Scope* scope;
  };

  Scope* NewScope(Scope* parent, Function* function, SlotRange* slots);
  Variable& VariableOf(Scope& scope, absl::string_view name);
  void DeclareSpecials();
  void GiveSlots();
  void ResolveName(const Usage& usage);

  Arena& arena_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::vector<std::unique_ptr<Scope>> scopes_;
  std::vector<Usage> usages_;
  Scope* current_ = nullptr;
  std::vector<Scope*> suspended_;
  absl::flat_hash_map<absl::string_view, int32_t> variable_numbers_;
  std::vector<absl::string_view> variable_names_;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_SCOPES_H_
