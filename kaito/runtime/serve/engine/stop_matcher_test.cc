#include "kaito/runtime/serve/engine/stop_matcher.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::runtime::serve {
namespace {

struct Told {
  std::vector<std::string> pieces;
  std::string matched;
};

Told Tell(const std::vector<std::string>& stops,
          const std::vector<std::string>& pieces, bool include_stop = false) {
  StopMatcher matcher(stops, include_stop);
  Told told;
  for (const std::string& piece : pieces) {
    told.pieces.push_back(matcher.Push(piece));
    if (matcher.matched().has_value()) {
      told.matched = *matcher.matched();
      return told;
    }
  }
  told.pieces.push_back(matcher.Finish());
  return told;
}

using Pieces = std::vector<std::string>;

TEST(StopMatcher, PassesTextThroughWithoutStops) {
  EXPECT_EQ(Tell({}, {"a", "bc"}).pieces, (Pieces{"a", "bc", ""}));
}

TEST(StopMatcher, FindsAStopAcrossPieces) {
  const Told told = Tell({"END"}, {"one E", "N", "D two"});
  EXPECT_EQ(told.pieces, (Pieces{"one ", "", ""}));
  EXPECT_EQ(told.matched, "END");
}

TEST(StopMatcher, GivesOutWhatTurnsOutToBeNoStop) {
  EXPECT_EQ(Tell({"END"}, {"xEN", "Ex", "E"}).pieces,
            (Pieces{"x", "ENEx", "", "E"}));
  // The beginning of another match within the part held back.
  EXPECT_EQ(Tell({"aab"}, {"aa", "ab!"}).pieces, (Pieces{"", "a"}));
}

TEST(StopMatcher, TakesTheFirstInTheText) {
  EXPECT_EQ(Tell({"two", "one"}, {"one two"}).matched, "one");
  EXPECT_EQ(Tell({"a", "ab"}, {"xab"}).matched, "a");
  EXPECT_EQ(Tell({"ab", "a"}, {"xab"}).matched, "ab");
}

TEST(StopMatcher, KeepsTheStopWhereAskedTo) {
  EXPECT_EQ(Tell({"."}, {"Yes. No."}, true).pieces, (Pieces{"Yes."}));
}

// Against the plain definition: the text before the first occurrence.
TEST(StopMatcher, AgreesWithASearchOfTheWholeTextHoweverItIsCut) {
  const std::string text = "abaababbaabbbaabab";
  for (const char* stop : {"aabb", "bbb", "abab", "bbaab", "x"}) {
    const std::string want = text.substr(0, text.find(stop));
    for (size_t first = 0; first < text.size(); ++first) {
      for (size_t second = first; second < text.size(); ++second) {
        const Told told = Tell(
            {stop}, {text.substr(0, first), text.substr(first, second - first),
                     text.substr(second)});
        std::string got;
        for (const std::string& piece : told.pieces) got += piece;
        ASSERT_EQ(got, want) << stop << " " << first << " " << second;
      }
    }
  }
}

}  // namespace
}  // namespace kaito::runtime::serve
