#include "kaito/runtime/chat_template/strftime.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace kaito::runtime::jinja {
namespace {

constexpr absl::string_view kDays[] = {"Monday",   "Tuesday", "Wednesday",
                                       "Thursday", "Friday",  "Saturday",
                                       "Sunday"};
constexpr absl::string_view kMonths[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

// 0 is Monday.
int64_t Weekday(absl::CivilDay day) {
  return static_cast<int64_t>(absl::GetWeekday(day));
}

std::string Padded(int64_t n, int width, char flag, char pad = '0') {
  if (flag == '-') return absl::StrCat(n);
  if (flag == '_') pad = ' ';
  if (flag == '0') pad = '0';
  std::string digits = absl::StrCat(n);
  if (static_cast<int>(digits.size()) < width) {
    digits.insert(0, width - digits.size(), pad);
  }
  return digits;
}

// The ISO week and the year that it belongs to.
struct IsoWeek {
  int64_t year;
  int64_t week;
};

IsoWeek IsoWeekOf(absl::CivilDay day) {
  // A week belongs to the year that its Thursday is in.
  const absl::CivilDay thursday = day + (3 - Weekday(day));
  const absl::CivilDay first(thursday.year(), 1, 1);
  return {thursday.year(), (thursday - first) / 7 + 1};
}

// Weeks of the year that begin with `first` (0 is Monday).
int64_t WeekOfYear(absl::CivilDay day, int64_t first) {
  const int64_t day_of_week = (Weekday(day) - first + 7) % 7;
  return (absl::GetYearDay(day) - 1 + 7 - day_of_week) / 7;
}

std::string Directive(char letter, char flag, absl::CivilSecond t) {
  const absl::CivilDay day(t);
  const int64_t hour12 = t.hour() % 12 == 0 ? 12 : t.hour() % 12;
  switch (letter) {
    case 'a':
      return std::string(kDays[Weekday(day)].substr(0, 3));
    case 'A':
      return std::string(kDays[Weekday(day)]);
    case 'b':
    case 'h':
      return std::string(kMonths[t.month() - 1].substr(0, 3));
    case 'B':
      return std::string(kMonths[t.month() - 1]);
    case 'C':
      return Padded(t.year() / 100, 2, flag);
    case 'd':
      return Padded(t.day(), 2, flag);
    case 'e':
      return Padded(t.day(), 2, flag, ' ');
    case 'f':
      return "000000";
    case 'G':
      return absl::StrCat(IsoWeekOf(day).year);
    case 'g':
      return Padded(IsoWeekOf(day).year % 100, 2, flag);
    case 'H':
      return Padded(t.hour(), 2, flag);
    case 'I':
      return Padded(hour12, 2, flag);
    case 'j':
      return Padded(absl::GetYearDay(day), 3, flag);
    case 'k':
      return Padded(t.hour(), 2, flag, ' ');
    case 'l':
      return Padded(hour12, 2, flag, ' ');
    case 'm':
      return Padded(t.month(), 2, flag);
    case 'M':
      return Padded(t.minute(), 2, flag);
    case 'n':
      return "\n";
    case 'p':
      return t.hour() < 12 ? "AM" : "PM";
    case 'P':
      return t.hour() < 12 ? "am" : "pm";
    case 'S':
      return Padded(t.second(), 2, flag);
    case 't':
      return "\t";
    case 'u':
      return absl::StrCat(Weekday(day) + 1);
    case 'U':
      return Padded(WeekOfYear(day, 6), 2, flag);
    case 'V':
      return Padded(IsoWeekOf(day).week, 2, flag);
    case 'w':
      return absl::StrCat((Weekday(day) + 1) % 7);
    case 'W':
      return Padded(WeekOfYear(day, 0), 2, flag);
    case 'y':
      return Padded(t.year() % 100, 2, flag);
    case 'Y':
      return absl::StrCat(t.year());
    case 'z':
    case 'Z':
      return "";
    case '%':
      return "%";
    default:
      return "";
  }
}

// Directives that stand for several others; empty where it is none.
absl::string_view Composite(char letter) {
  switch (letter) {
    case 'c':
      return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'r':
      return "%I:%M:%S %p";
    case 'R':
      return "%H:%M";
    case 'T':
    case 'X':
      return "%H:%M:%S";
    default:
      return "";
  }
}

}  // namespace

std::string FormatTime(absl::string_view format, absl::CivilSecond time) {
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    const size_t begin = i++;
    char flag = 0;
    if (i < format.size() && absl::StrContains("-_0^#", format[i])) {
      flag = format[i++];
    }
    const char letter = i < format.size() ? format[i] : '\0';
    std::string text;
    if (const absl::string_view parts = Composite(letter); !parts.empty()) {
      text = FormatTime(parts, time);
    } else if (absl::StrContains("aAbhBCdefgGHIjklmMnpPStuUVwWyYzZ%", letter) &&
               letter != '\0') {
      text = Directive(letter, flag, time);
    } else {
      text = std::string(format.substr(begin, i + 1 - begin));
    }
    if (flag == '^') absl::AsciiStrToUpper(&text);
    out += text;
  }
  return out;
}

}  // namespace kaito::runtime::jinja
