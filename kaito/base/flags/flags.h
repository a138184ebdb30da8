#ifndef KAITO_BASE_FLAGS_FLAGS_H_
#define KAITO_BASE_FLAGS_FLAGS_H_

// FlagSet: the flags of one program or subcommand, bound to the fields of a
// struct. There are no global flags; main() parses and hands values down. For
// the list of subcommands see commands.h.
//
//   TuneOptions options;
//   FlagSet flags("runtime tune", "Trains an adapter.");
//   flags.Group("Model");
//   flags.Add("model", &options.model, "Directory of the base model.")
//       .Value("DIR")
//       .Required();
//   flags.Example("runtime tune --model ./phi --data rows.jsonl");
//   KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
//   if (parsed.help) return Print(flags.Help());
//
// --flag value and --flag=value; --flag, --noflag and --flag=false for
// booleans; the last one wins; "--" ends flags; "-" alone is an argument. A
// value that starts with "--" is given with "=", so that a forgotten value is
// noticed.

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kaito {

// One flag, while a FlagSet is put together. What it returns is itself.
class Flag {
 public:
  // What the help calls its value: "DIR".
  Flag& Value(absl::string_view name);
  // Parse() fails without it.
  Flag& Required();

 private:
  friend class FlagSet;

  std::string group_;
  std::string name_;
  std::string value_name_;
  std::string help_;
  std::string default_;  // Empty: not shown.
  bool boolean_ = false;
  bool repeated_ = false;
  bool required_ = false;
  bool set_ = false;
  // Takes the text of the value; its error says what is wanted.
  std::function<absl::Status(absl::string_view)> assign_;
};

struct ParsedFlags {
  bool help = false;  // --help or -h: nothing else was looked at.
  std::vector<std::string> arguments;  // What is no flag, in order.
};

class FlagSet {
 public:
  // `command` as the user types it; `summary` one sentence.
  FlagSet(absl::string_view command, absl::string_view summary);
  FlagSet(const FlagSet&) = delete;
  FlagSet& operator=(const FlagSet&) = delete;

  // Flags added from here on are listed under `title`.
  void Group(absl::string_view title) { group_ = std::string(title); }

  // The target's value at this time is the default that the help shows; it must
  // outlive Parse(). The reference is valid as long as this object.
  Flag& Add(absl::string_view name, std::string* target,
            absl::string_view help);
  Flag& Add(absl::string_view name, int64_t* target, absl::string_view help);
  Flag& Add(absl::string_view name, double* target, absl::string_view help);
  Flag& Add(absl::string_view name, bool* target, absl::string_view help);
  Flag& Add(absl::string_view name, absl::Duration* target,
            absl::string_view help);
  // May be given several times; the first replaces the default.
  Flag& Add(absl::string_view name, std::vector<std::string>* target,
            absl::string_view help);

  // One of a few words.
  template <typename Enum>
  Flag& AddEnum(absl::string_view name, Enum* target,
                const std::vector<std::pair<std::string, Enum>>& choices,
                absl::string_view help) {
    std::vector<std::string> words;
    int64_t initial = -1;
    for (const auto& [word, value] : choices) {
      if (value == *target) initial = static_cast<int64_t>(words.size());
      words.push_back(word);
    }
    return AddChoice(
        name, std::move(words), initial,
        [target, choices](int64_t i) {
          *target = choices[static_cast<size_t>(i)].second;
        },
        help);
  }

  // What the command takes besides flags, as the help calls it ("URL..."), and
  // how many of them. Without it: none.
  void Arguments(absl::string_view name, int64_t min, int64_t max);

  // One line for the end of the help; may be called again.
  void Example(absl::string_view line);

  // InvalidArgument names the flag and says what is wrong or near. `args` does
  // not hold the command itself. Targets keep their values where no flag is
  // given.
  absl::StatusOr<ParsedFlags> Parse(std::span<const std::string> args);

  // Whether the last Parse() saw it; for flags that win over a file.
  bool WasSet(absl::string_view name) const;

  std::string Help() const;

 private:
  Flag& AddFlag(absl::string_view name, absl::string_view value_name,
                absl::string_view help);
  Flag& AddChoice(absl::string_view name, std::vector<std::string> words,
                  int64_t initial, std::function<void(int64_t)> assign,
                  absl::string_view help);
  // Whether it took its value from `next`, the arguments after it.
  absl::StatusOr<bool> ParseFlag(absl::string_view arg,
                                 std::span<const std::string> next);
  Flag* Find(absl::string_view name);
  absl::Status Unknown(absl::string_view name) const;
  absl::Status CheckComplete(const ParsedFlags& parsed) const;

  std::string command_;
  std::string summary_;
  std::string group_ = "Flags";
  std::deque<Flag> flags_;  // References to its elements stay valid.
  std::vector<std::string> examples_;
  std::string arguments_name_;
  int64_t min_arguments_ = 0;
  int64_t max_arguments_ = 0;
};

}  // namespace kaito

#endif  // KAITO_BASE_FLAGS_FLAGS_H_
