#include "kaito/runtime/chat_template/scopes.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"

namespace kaito::runtime::jinja {
namespace {

// What a macro gets without naming it: the slot in the macro that the name asks
// for, and whether it takes such an argument.
struct Special {
  absl::string_view name;
  int32_t MacroNode::*slot;
  bool MacroNode::*taken;
};

constexpr Special kSpecials[] = {
    {"caller", &MacroNode::caller_slot, &MacroNode::takes_caller},
    {"varargs", &MacroNode::varargs_slot, &MacroNode::takes_varargs},
    {"kwargs", &MacroNode::kwargs_slot, &MacroNode::takes_kwargs},
};

}  // namespace

Scopes::Scope* Scopes::NewScope(Scope* parent, Function* function,
                                SlotRange* slots) {
  scopes_.push_back(std::make_unique<Scope>());
  Scope& scope = *scopes_.back();
  scope.parent = parent;
  scope.return_to = current_;
  scope.function = function;
  scope.slots = slots;
  current_ = &scope;
  return current_;
}

void Scopes::Open(SlotRange* slots) {
  if (current_ == nullptr) {
    functions_.push_back(std::make_unique<Function>());
    NewScope(nullptr, functions_.back().get(), slots);
    return;
  }
  NewScope(current_, current_->function, slots);
}

void Scopes::OpenFunction(int32_t* frame_size, MacroNode* macro) {
  functions_.push_back(
      std::make_unique<Function>(Function{current_->function, frame_size}));
  NewScope(current_, functions_.back().get(), nullptr)->macro = macro;
}

void Scopes::OpenBlock(int32_t* frame_size) {
  Scope* const root = scopes_.front().get();
  functions_.push_back(
      std::make_unique<Function>(Function{root->function, frame_size}));
  NewScope(root, functions_.back().get(), nullptr);
}

Scopes::Variable& Scopes::VariableOf(Scope& scope, absl::string_view name) {
  const auto [it, is_new] = scope.variables.try_emplace(name);
  if (is_new) scope.order.push_back(name);
  return it->second;
}

void Scopes::Declare(absl::string_view name, int32_t* slot) {
  VariableOf(*current_, name).write_to.push_back(slot);
}

void Scopes::DeclareLoop(int32_t* slot) {
  Variable& variable = VariableOf(*current_, "loop");
  variable.only_if_used = true;
  variable.write_to.push_back(slot);
}

void Scopes::Use(NameExpr* name) { usages_.push_back({name, current_}); }

void Scopes::DeclareSpecials() {
  for (const Usage& usage : usages_) {
    for (const Special& special : kSpecials) {
      if (usage.name->name != special.name) continue;
      bool innermost = true;
      for (Scope* s = usage.scope; s != nullptr; s = s->parent) {
        if (s->variables.contains(special.name) && s->macro == nullptr) {
          innermost = false;
        }
        if (s->macro == nullptr) continue;
        s->macro->*special.taken = true;
        if (innermost && !s->variables.contains(special.name)) {
          VariableOf(*s, special.name)
              .write_to.push_back(&(s->macro->*special.slot));
        }
        innermost = false;
      }
    }
  }
}

void Scopes::GiveSlots() {
  for (const auto& scope : scopes_) {
    Function& function = *scope->function;
    const int32_t first = function.size;
    for (const absl::string_view name : scope->order) {
      Variable& variable = scope->variables.at(name);
      variable.slot = function.size++;
    }
    if (scope->slots != nullptr) {
      *scope->slots = {first, function.size - first};
    }
  }
}

void Scopes::ResolveName(const Usage& usage) {
  NameExpr& name = *usage.name;
  std::vector<SlotRef> slots;
  int32_t hops = 0;
  for (Scope* s = usage.scope; s != nullptr; s = s->parent) {
    const auto it = s->variables.find(name.name);
    if (it != s->variables.end()) {
      it->second.used = true;
      slots.push_back({hops, it->second.slot});
    }
    if (s->parent != nullptr && s->parent->function != s->function) ++hops;
  }
  SlotRef* const kept = arena_.NewArray<SlotRef>(slots.size());
  std::ranges::copy(slots, kept);
  name.slots = {kept, slots.size()};
  const auto [it, is_new] = variable_numbers_.try_emplace(
      name.name, static_cast<int32_t>(variable_names_.size()));
  if (is_new) variable_names_.push_back(name.name);
  name.variable = it->second;
}

void Scopes::Resolve(TemplateAst* ast) {
  DeclareSpecials();
  GiveSlots();
  for (const Usage& usage : usages_) ResolveName(usage);
  for (const auto& scope : scopes_) {
    for (const auto& [name, variable] : scope->variables) {
      if (variable.only_if_used && !variable.used) continue;
      for (int32_t* const slot : variable.write_to) *slot = variable.slot;
    }
  }
  for (const auto& function : functions_) {
    if (function->frame_size != nullptr) *function->frame_size = function->size;
  }
  ast->frame_size = functions_.front()->size;
  absl::string_view* const names =
      arena_.NewArray<absl::string_view>(variable_names_.size());
  std::ranges::copy(variable_names_, names);
  ast->variables = {names, variable_names_.size()};
}

}  // namespace kaito::runtime::jinja
