"""Writes more_expressions.jsonl: what jinja2 3.1 makes of the templates below.

  make_more_expressions.py > more_expressions.jsonl

They fill what the goldens leave open: methods, formats, arguments of filters, scopes.
The environment is the one that transformers makes. A template whose error or text
depends on an address is left out.
"""
import json

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

CONTEXT = {
    "s": "Hello, W\u00f6rld", "n": 7, "f": 2.5, "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "d": {"b": 1, "a": [1, 2]},
    "rows": [{"n": "x", "v": 2, "g": {"k": 1}}, {"n": "y", "v": 3, "g": {"k": 0}}, {"n": "X", "v": 1}], "t": True, "nil": None,
}

TEMPLATES = r"""
{{ 'a,b;c'.split(';') }}{{ ' a  b '.split(None, 1) }}{{ ' a  b '.rsplit(None, 1) }}{{ 'a--b--c'.rsplit('--', 1) }}{{ 'abc'.split('x') }}
{{ 'a\nb\n'.splitlines() }}{{ 'a\r\nb'.splitlines(true) }}{{ ''.splitlines() }}{{ '\n'.splitlines() }}{{ 'a\x0bb\x1cc\x85d'.splitlines() }}
{{ 'abcabc'.find('c', 3) }}{{ 'abcabc'.find('c', -2) }}{{ 'abc'.find('', 3) }}{{ 'abc'.find('', 4) }}{{ 'abc'.rfind('') }}{{ 'äbä'.rfind('ä') }}
{{ 'aaa'.count('aa') }}{{ 'aaa'.count('') }}{{ 'abcabc'.count('a', 1) }}{{ 'abcabc'.index('c', 3) }}{{ 'abcabc'.rindex('a') }}
{{ 'abc'.startswith('c', 2) }}{{ 'abc'.startswith('', 4) }}{{ 'abc'.endswith('b', 0, 2) }}{{ 'abc'.startswith(('x', 'ab')) }}{{ 'abc'.endswith(()) }}
{{ 'abc'.startswith(['a']) }}
{{ 'a1'.isalnum() }}{{ ''.isalpha() }}{{ '²'.isdigit() }}{{ '²'.isdecimal() }}{{ '½'.isnumeric() }}{{ 'é'.isascii() }}{{ 'Ab Cd'.istitle() }}{{ 'AB'.istitle() }}{{ 'ab'.islower() }}{{ 'a1'.islower() }}{{ '1'.islower() }}{{ 'A1'.isupper() }}{{ '\u01c5'.isupper() }}{{ '\u01c5'.istitle() }}{{ 'a\n'.isprintable() }}{{ ''.isprintable() }}
{{ 'ab'.center(5) }}|{{ 'ab'.center(4) }}|{{ 'abc'.center(6) }}|{{ 'ab'.center(7, '*') }}|{{ 'äb'.ljust(4, 'é') }}|{{ 'ab'.rjust(1) }}|
{{ '-42'.zfill(6) }}{{ '+4'.zfill(4) }}{{ 'ä'.zfill(3) }}{{ ''.zfill(2) }}
{{ 'a\tb'.expandtabs(4) }}|{{ 'ab\tc\nd\te'.expandtabs() }}|{{ '\t'.expandtabs(0) }}|
{{ 'ΑΣ ΑΣ. Σ ΣΑ'.lower() }}{{ 'ŉ ǰ ﬁ ß'.upper() }}{{ 'ǆ ǅ Ǆ'.title() }}{{ 'ß ﬁ'.capitalize() }}{{ 'İ'.lower() | length }}{{ 'ßÉé'.swapcase() }}{{ 'ẞSS'.casefold() }}
{{ "they're bill's friends 2nd x2y".title() }}|{{ "they're bill's 2nd x2y (abc) [d] {e} <f> a_b" | title }}
{{ 'aXbX'.replace('X', '', 1) }}{{ 'abc'.replace('', '-') }}{{ 'abc'.replace('', '-', 2) }}{{ ''.replace('', 'x') }}{{ 'aaa'.replace('aa', 'b') }}
{{ 'a'.join('xyz') }}{{ ','.join({'k': 1, 'j': 2}) }}
{{ ','.join([1]) }}
{{ 'abc'.partition('b') }}{{ 'abcb'.rpartition('b') }}{{ 'abc'.rpartition('x') }}
{{ 'xxabxx'.strip('x') }}{{ 'xyab'.lstrip('yx') }}{{ 'äaä'.strip('ä') }}{{ ' a '.strip('') }}|{{ 'abc'.removeprefix('') }}{{ 'abc'.removesuffix('bc') }}
{{ '%5s|%-5s|%05d|%+d|% d|%x|%X|%o|%#x|%e|%g|%G|%c|%r' % ('a', 'b', 42, 1, 2, 255, 255, 8, 255, 12345.678, 0.0001, 1e20, 'z', "q'") }}
{{ '%.3s|%5.1f|%-8.3f|%08.3f|%+.2e|%i|%u|%%' % ('abcdef', 3.14159, 2.5, -2.5, 1234.5, 3.9, 4) }}
{{ '%(a)s-%(b)03d' % {'a': 1, 'b': 2} }}{{ '%s' % nil }}{{ '%s' % [1] }}{{ '%s' % (l,) }}{{ '%*d' % (5, 3) }}{{ '%.*f' % (2, 1.005) }}
{{ '%s %s' % 'a' }}
{{ '%s' % ('a', 'b') }}
{{ '%d' % '5' }}
{{ '%z' % 5 }}
{{ 'plain' % 5 }}
{{ '%d' % t }}{{ '%s' % t }}{{ '%x' % t }}{{ '%5d' % 3.99 }}
{{ '{0}{1}{0}'.format('a', 'b') }}{{ '{:>6}|{:<6}|{:^6}|{:*^7}'.format('ab', 'cd', 'ef', 'gh') }}{{ '{!r:>6}'.format('a') }}{{ '{{}}'.format() }}
{{ '{:d}|{:5d}|{:<5d}|{:05d}|{:+d}|{: d}|{:,}|{:_}|{:x}|{:#x}|{:#b}|{:o}|{:c}|{:n}'.format(1, 2, 3, 4, 5, 6, 1234567, 1234567, 255, 255, 5, 8, 65, 9) }}
{{ '{:f}|{:.2f}|{:8.2f}|{:e}|{:g}|{:%}|{:.1%}|{}|{:.3}|{:,.2f}|{:08.2f}|{:+.1f}'.format(1.5, 2.345, 3.14159, 12345.0, 0.00001, 0.5, 0.123, 1e16, 2.0, 1234567.891, -3.14159, 2.25) }}
{{ '{x[k]}{x[0]}{y.a}'.format(x={'k': 1, 0: 2}, y={'a': 3}) }}{{ '{:{w}}|{:{}}'.format('a', 'b', 4, w=3) }}
{{ '{:5}|{:5}|{:5}|{:<5}'.format(t, 1, 'a', 1.5) }}{{ '{}{}'.format(nil, l) }}
{{ '{:5}'.format(nil) }}
{{ '{:d}'.format('a') }}
{{ '{:d}'.format(1.5) }}
{{ '{:s}'.format(1) }}
{{ '{'.format() }}
{{ '{}'.format() }}
{{ '{a}'.format() }}
{{ '{0.real}'.format(1) is string }}{{ '{:.2}'.format('abc') }}{{ '{:02}'.format(7) }}{{ '{:0>3}'.format('a') }}{{ '{:é<4}'.format('a') }}
{{ [1, 2, 1].count(1) }}{{ [1, 2].index(2) }}{{ (1, 2).index(1) }}{{ range(5).count(3) }}{{ range(5).index(3) }}{{ [1.0].count(1) }}
{{ [1].index(2) }}
{{ [1].extend([2]) }}
{{ [3, 1].sort() }}
{{ {}.setdefault('a', 1) }}
{{ l.append }}|{{ d.clear }}
{{ d.keys() }}{{ d.values() }}{{ d.items() }}{{ d.items() | length }}{{ d.keys() | first }}{{ d.values() | last }}{{ 'b' in d.keys() }}{{ 1 in d.values() }}
{{ d.keys()[0] is defined }}{{ d.items() is sequence }}{{ d.items() is iterable }}{{ d.items() is mapping }}{{ d.copy() == d }}
{{ d.get() }}
{{ d.get('x', default=1) }}
{{ l[1:2] }}{{ l[:-1] }}{{ l[-2:] }}{{ l[5:] }}{{ l[::-2] }}{{ l[2:0:-1] }}{{ l[10:0:-1] }}{{ l[-10:2] }}{{ (1, 2, 3)[::2] }}{{ range(10)[2:8:3] | list }}{{ range(5)[::-1] }}{{ range(5)[1:3][0] }}
{{ 'äöü'[1:] }}{{ 'äöü'[::-1] }}{{ 'äöü'[-1] }}{{ 'abc'[1:100] }}{{ 'abc'[2:1] }}|{{ 'abc'[true] }}
{{ l['a'] is defined }}{{ l[1.0] is defined }}{{ d[[1]] is defined }}{{ 'abc'['upper']() }}{{ l['count'](1) }}{{ d['keys']() | list }}
{{ nil[1:] }}
{{ d[1:] }}
{{ n[1:] }}
{{ l['1':] }}
{{ 5 // 2.0 }}{{ -5 // 2.0 }}{{ 5 % -3.0 }}{{ -0.0 // 1 }}{{ 1e300 * 1e10 }}{{ 7 // -2.5 }}{{ 0.1 * 3 }}{{ 2 ** 0.5 }}{{ 4 ** -1 }}{{ (-8) ** 3 }}{{ 10 ** -2 }}{{ 2.0 ** 3 }}
{{ 1 / 3 }}{{ 2 / 1 }}{{ 1e100 }}{{ 1.5e-7 }}{{ 123456789012345680.0 }}{{ 0.1 + 0.7 }}{{ 1e-4 }}{{ 0.00001 }}{{ 5.0e-1 }}{{ 1E5 }}{{ 3.0e0 }}
{{ (-8) ** 0.5 }}
{{ 0 ** -1 }}
{{ 10.0 ** 400 }}
{{ 1.0 % 0 }}
{{ 'a' * 1.5 }}
{{ [1] * 'a' }}
{{ {} + {} }}
{{ -'a' }}
{{ +nil }}
{{ -[] }}
{{ true + 1.5 }}{{ true * 'a' }}{{ -true }}{{ +false }}{{ true // 1 }}{{ true / 2 }}{{ true ** 2 }}{{ 5 - true }}
{{ 1 < 1.5 }}{{ 9007199254740993 == 9007199254740992.0 }}{{ 9007199254740993 > 9007199254740992.0 }}{{ 1 < true }}{{ false < true }}{{ 'a' < 'B' }}{{ [1, 'a'] < [2, 1] }}{{ (1,) < (1, 2) }}{{ [] < [1] }}
{{ [1] < (1,) }}
{{ nil < nil }}
{{ {} < {} }}
{{ 1 == 1 == true }}{{ 1 < 2 > 1 != 5 }}{{ 1 in [1] == true }}{{ not 1 == 2 }}{{ 1 if 2 > 1 else 0 }}{{ 'a' 'b' == 'ab' }}
{{ [1, [2, {'a': 3}]] == [1, [2, {'a': 3.0}]] }}{{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }}{{ {1: 'x'} == {true: 'x'} }}{{ range(3) == range(0, 3) }}{{ range(0) == range(2, 2) }}{{ [1, 2] != [1] }}
{{ {1: 'a', 1.0: 'b', true: 'c'} }}{{ {'a': 1, 'a': 2} }}{{ {none: 1}[none] }}{{ {(1, 2): 3}[(1, 2)] }}{{ {1.5: 2}[1.5] }}
{{ {[]: 1} }}
{{ {{}: 1} }}
{{ [] in {} }}
{{ 'x' in nil }}
{{ 'x' in 'xyz' 'w' }}{{ 'b' in ls }}{{ 'n' in rows[0] }}{{ 3 in range(0, 10, 3) }}{{ 4 in range(0, 10, 3) }}{{ (1, 2) in [(1, 2)] }}{{ [] in [[]] }}{{ nil in [false] }}
{{ ls | map('upper') | join(', ') }}{{ l | map('string') | map('length') | sum }}{{ rows | map(attribute='g.k') | list }}{{ rows | map(attribute='g.k', default='-') | list }}{{ [[1, 2], [3, 4]] | map(attribute=1) | list }}{{ [[1, 2], [3, 4]] | map(attribute='0') | list }}
{{ l | map | list }}
{{ l | map('nosuch') }}x
{{ [] | map('nosuch') | list }}
{{ l | map('int', foo=1) | list }}
{{ rows | map(attribute='n', foo=1) | list }}
{{ rows | selectattr('v', 'gt', 1) | map(attribute='n') | join }}{{ rows | selectattr('v', '>=', 2) | list | length }}{{ rows | rejectattr('g', 'defined') | map(attribute='n') | join }}{{ rows | selectattr('g.k') | list | length }}{{ rows | selectattr('g.k', 'defined') | list | length }}
{{ l | select('nosuch') | list }}
{{ l | select('divisibleby', 3) | list }}{{ ls | select('in', 'abc') | list }}{{ ls | reject('lower') | list }}{{ l | select('lt', 3) | sum }}{{ [0, '', none, 1] | reject | list }}
{{ ls | sort | join }}{{ ls | sort(true) | join }}{{ ls | sort(case_sensitive=true) | join }}{{ rows | sort(attribute='v') | map(attribute='n') | join }}{{ rows | sort(attribute='n,v') | map(attribute='v') | join }}{{ rows | sort(attribute='n', reverse=true) | map(attribute='v') | join }}{{ [(1, 'b'), (1, 'a')] | sort | list }}{{ [(2, 'b'), (1, 'a')] | sort(attribute=0) | list }}{{ 'bca' | sort | join }}{{ {'b': 1, 'a': 2} | sort }}
{{ [1, 'a'] | sort }}
{{ [none, none] | sort }}{{ rows | sort(attribute='zz') | map(attribute='n') | join }}{{ ('<' | e) | list }}
{{ {'b': 1, 'A': 3, 'c': 2} | dictsort }}{{ {'b': 1, 'A': 3} | dictsort(true) }}{{ {'b': 1, 'A': 3, 'c': 2} | dictsort(by='value') }}{{ {'b': 1, 'a': 3} | dictsort(false, 'value', true) }}
{{ {'b': 1} | dictsort(by='x') }}
{{ rows | groupby('n') | map(attribute='grouper') | list }}{% for g in rows | groupby('n', case_sensitive=true) %}{{ g.grouper }}{{ g.list | length }}{{ g[0] }}{% endfor %}{{ rows | groupby('g.k', default=9) | map('first') | list }}
{{ [1, 2, 2.0, '2', true] | unique | list }}{{ 'aAbB' | unique | join }}{{ rows | unique(attribute='n') | map(attribute='v') | list }}{{ [[1], [1]] | map('join') | unique | list }}
{{ [[1], [1]] | unique | list }}
{{ l | min }}{{ ls | min }}{{ ls | max }}{{ ls | min(case_sensitive=true) }}{{ rows | max(attribute='v') }}{{ 'hello' | max }}{{ [] | min is defined }}{{ {'b': 1, 'a': 2} | min }}
{{ [1, 'a'] | max }}
{{ l | sum }}{{ rows | sum(attribute='v') }}{{ [[1], [2]] | sum(start=[]) }}{{ [1.5, 2] | sum }}{{ [] | sum(start=5) }}{{ range(5) | sum }}
{{ ['a'] | sum }}
{{ ['a'] | sum(start='') }}
{{ range(7) | batch(3) | list }}{{ range(7) | batch(3, 0) | list }}{{ range(6) | batch(3, 'x') | list }}{{ [] | batch(3) | list }}{{ 'abcde' | batch(2, '-') | map('join') | list }}{{ l | batch(0) | list }}{{ l | batch(-1) | list }}
{{ range(7) | slice(3) | list }}{{ range(7) | slice(3, 'x') | list }}{{ range(2) | slice(4) | list }}{{ range(6) | slice(3, 0) | list }}{{ [] | slice(2) | list }}{{ [] | slice(2, 'f') | list }}{{ l | slice(-1) | list }}
{{ l | slice(0) | list }}
{{ l | first }}{{ s | first }}{{ d | first }}{{ range(3) | first }}{{ l | map('string') | first }}{{ l | last }}{{ s | last }}{{ d | last }}{{ range(3) | last }}{{ () | last is defined }}
{{ l | map('string') | last }}
{{ 5 | first }}
{{ l | reverse | list }}{{ s | reverse }}{{ d | reverse | list }}{{ range(3) | reverse | list }}{{ l | map('string') | reverse | join }}{{ l | map('string') | reverse }}
{{ 5 | reverse }}
{{ l | join('-') }}{{ l | join }}{{ [1, none, true, 2.0] | join('|') }}{{ rows | join(', ', attribute='n') }}{{ 'abc' | join(1) }}{{ missing | join }}{{ range(3) | join(',') }}
{{ 5 | join }}
{{ s | length }}{{ l | count }}{{ d | length }}{{ range(4) | length }}{{ () | length }}{{ missing | count }}{{ 'äöü' | length }}
{{ 5 | length }}
{{ nil | length }}
{{ 'abc' | list }}{{ d | list }}{{ range(3) | list }}{{ missing | list }}{{ (1, 2) | list }}{{ d.items() | list }}
{{ 5 | list }}
{{ 'a b' | replace(' ', '') }}{{ 'aaa' | replace('a', 'b', 2) }}{{ 15 | replace('1', '2') }}{{ 'a1' | replace(1, 2) }}{{ 'abc' | replace('', '.') }}{{ missing | replace('a', 'b') }}|
{{ '  x ' | trim }}|{{ 'xxhixx' | trim('x') }}|{{ 5 | trim }}|{{ none | trim }}|{{ '\u2003a\u00a0' | trim }}|{{ '\u200ba' | trim | length }}
{{ 'a b c' | wordcount }}{{ "don't stop" | wordcount }}{{ 'a_b-c 12' | wordcount }}{{ '' | wordcount }}
{{ 'hello' | center(11) }}|{{ 'hello' | center(10) }}|{{ 'ab' | center(5) }}|{{ 5 | center(4) }}|
{{ 'a\nb' | indent(2) }}|{{ 'a\n\nb\n' | indent(2) }}|{{ 'a\n\nb' | indent(2, blank=true) }}|{{ 'a\nb' | indent('--', true) }}|{{ '' | indent(2, true) }}|{{ 'a\r\nb\x0bc' | indent(1) }}|{{ 'a\nb' | indent }}
{{ 5 | indent }}
{{ 'abcdefghijklmnop' | truncate(10) }}{{ 'abcdefghijklmno' | truncate(10) }}{{ 'abc def ghi jkl mno' | truncate(10) }}{{ 'abc def ghi jkl mno' | truncate(10, true) }}{{ 'abc def ghi jkl mno' | truncate(10, end='~') }}{{ 'äöüäöüäöüäöü xyz' | truncate(6, leeway=0) }}{{ 'abc def' | truncate(3, true, '') }}{{ 'ab cd' | truncate(4, leeway=0) }}
{{ 'abc' | truncate(1) }}
{{ 'the quick brown fox' | wordwrap(10) }}|{{ 'abcdefghij klm' | wordwrap(4) }}|{{ 'abcdefghij klm' | wordwrap(4, false) }}|{{ 'a b\nc d' | wordwrap(3, wrapstring='/') }}|{{ 'well-known fact' | wordwrap(7) }}|{{ 'well-known fact' | wordwrap(7, break_on_hyphens=false) }}|{{ '' | wordwrap(5) }}|{{ '  lead' | wordwrap(4) }}
{{ '3' | int }}{{ ' 3 ' | int }}{{ '-3' | int }}{{ '3.9' | int }}{{ '1e3' | int }}{{ '0x1f' | int(base=16) }}{{ '1f' | int(0, 16) }}{{ '0b11' | int(0, 2) }}{{ '0b11' | int(0, 0) }}{{ '012' | int }}{{ '1_000' | int }}{{ '_1' | int(9) }}{{ '' | int(9) }}{{ nil | int(9) }}{{ [] | int(9) }}{{ -3.9 | int }}{{ true | int }}{{ 'inf' | int(9) }}{{ '0x1f' | int(9) }}{{ '+5' | int }}{{ '--5' | int(9) }}
{{ missing | int }}
{{ '3.5' | float }}{{ ' 1e3 ' | float }}{{ 'nan' | float }}{{ '-inf' | float }}{{ 'Infinity' | float }}{{ '1_0.5' | float }}{{ 'x' | float(1.5) }}{{ nil | float }}{{ true | float }}{{ '0x10' | float }}{{ '.5' | float }}{{ '5.' | float }}{{ '+1' | float }}{{ '1e' | float }}
{{ missing | float }}
{{ 2.675 | round(2) }}{{ 1234.5 | round(-2) }}{{ 1250 | round(-2) }}{{ 1350 | round(-2) }}{{ -1250 | round(-2) }}{{ 7 | round }}{{ 0.5 | round }}{{ 1.5 | round }}{{ -0.5 | round }}{{ 2.5 | round(0, 'ceil') }}{{ 2.55 | round(1, 'floor') }}{{ 7 | round(0, 'floor') }}{{ 1e300 | round(2) }}{{ true | round }}
{{ 2.5 | round(0, 'up') }}
{{ 'a' | round }}
{{ -3 | abs }}{{ -2.5 | abs }}{{ true | abs }}{{ (-0.0) | abs }}
{{ 'a' | abs }}
{{ missing | default }}|{{ missing | default('x') }}{{ '' | default('x') }}{{ '' | default('x', true) }}{{ 0 | d('z', boolean=true) }}{{ d.q | d('z') }}{{ none | d('z') }}{{ missing | default(default_value='q') }}
{{ s | default('x', foo=1) }}
{{ d | tojson }}{{ 'é\u2028"\\/\x7f\x00' | tojson }}{{ [1.0, 1e20, none, true, 'a'] | tojson }}{{ {'a': [], 'b': {}} | tojson(indent=2) }}{{ [1, [2]] | tojson(indent='\t') }}{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}{{ 'é😀\x7f' | tojson(true) }}{{ [1, {'a': 2}] | tojson(separators=(',', ':')) }}{{ {'b': {'z': 1, 'y': 2}} | tojson(indent=1, sort_keys=true) }}{{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }}{{ (1, (2,)) | tojson }}{{ [1] | tojson(indent=0) }}{{ [] | tojson(indent=3) }}{{ [[]] | tojson(indent=3) }}
{{ {1: 1, 'a': 2} | tojson(sort_keys=true) }}
{{ [missing] | tojson }}
{{ d.items() | tojson }}
{{ namespace(a=1) | tojson }}
{{ l | tojson(1, 2, 3, 4, 5) }}
{{ '<a & "b">' | e }}{{ ('<' | e) | e }}{{ ('<' | e) | forceescape }}{{ '<' | safe | e }}{{ ('<' | e) + '<' }}{{ '<' + ('<' | e) }}{{ ('<' | e) ~ '<' }}{{ ('a' | e) is escaped }}{{ 'a' is escaped }}{{ ('<b>' | e) | upper }}{{ (('<' | e) * 2) }}{{ ('<%s>' | safe) is string }}
{% autoescape true %}{{ '<' }}{{ '<' | safe }}{{ ['<'] | join }}{{ '<' ~ '>' }}{{ (s | safe) ~ '>' }}{{ [s, s | safe] | join('&') }}{% endautoescape %}{{ '<' }}
{% autoescape true %}{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m('<') }}{% set q %}<b>{{ '<' }}{% endset %}{{ q }}{% filter upper %}<x>{{ '<' }}{% endfilter %}{% endautoescape %}
{{ 'a b/c?d=e&f=ä' | urlencode }}{{ {'a b': 'c&d', 'e': 1} | urlencode }}{{ [('x', 'y z'), ('q', '/')] | urlencode }}{{ 5 | urlencode }}
{{ '<p>Hello <b>W</b></p>  <!-- c --> x &amp; &lt;y&gt; &#39;' | striptags }}
{{ {'id': 'a<', 'n': none, 'u': missing, 'k': 5} | xmlattr }}{{ {} | xmlattr }}{{ {'a': 1} | xmlattr(false) }}
{{ {'a b': 1} | xmlattr }}
{{ 1 | filesizeformat }}{{ 0 | filesizeformat }}{{ 999 | filesizeformat }}{{ 1000 | filesizeformat }}{{ 1500000 | filesizeformat }}{{ 1024 | filesizeformat(true) }}{{ 1048576 | filesizeformat(true) }}{{ 1e30 | filesizeformat }}{{ '2000' | filesizeformat }}{{ 123456789 | filesizeformat }}
{{ 'x' | pprint }}{{ l | pprint }}{{ none | pprint }}
{{ d | attr('b') is defined }}{{ s | attr('upper') is callable }}{{ d | attr('items') is callable }}{{ namespace(a=1) | attr('a') }}
{{ '%s=%s' | format('a', 1) }}{{ '%(a)s' | format(a=2) }}{{ '%d%%' | format(5) }}
{{ '%s' | format(1, a=2) }}
{{ d | items | list }}{{ missing | items | list }}{{ {} | items | list }}
{{ ['a', 'b'] | string }}{{ none | string }}{{ missing | string }}|{{ 1.0 | string }}{{ d | string | length }}
{{ 5 is divisibleby 5 }}{{ 5 is odd }}{{ -5 is odd }}{{ 5.5 is odd }}{{ 6 is even }}{{ 'x' is in ['x'] }}{{ 'x' is in 'wxy' }}{{ 1 is sameas true }}{{ none is sameas none }}{{ l is sameas l }}{{ 5 is eq(5) }}{{ 5 is equalto 5.0 }}{{ 5 is ne 4 }}{{ 5 is greaterthan 4 }}{{ 5 is lessthan 4 }}{{ 'abc' is lower }}{{ 'ABC' is upper }}{{ '1' is lower }}{{ 5 is lower }}
{{ n is number and n is not string }}{{ n is defined and missing is not defined }}{{ missing is string }}{{ missing is iterable }}{{ missing is sequence }}{{ missing is mapping }}{{ missing is none }}{{ missing is callable }}{{ () is sequence }}{{ range(2) is sequence }}{{ l | map('string') is iterable }}{{ (l | map('string')) is sequence }}{{ namespace() is mapping }}{{ d is iterable }}{{ 5 is iterable }}
{{ 'a' is odd }}
{{ [] is divisibleby 2 }}
{{ 5 is divisibleby 0 }}
{{ 5 is in 5 }}
{{ 5 is eq }}
{{ 'sort' is filter }}{{ 'nosuch' is filter }}{{ 'even' is test }}{{ 'tojson' is filter }}{{ 5 is filter }}
{% for i in [1, 2, 3] %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}|{% for i in l | map('string') %}{{ loop.length }}{{ loop.revindex }}{{ loop.last }}{% endfor %}
{% for i in range(6) if i % 2 == 0 %}{{ i }}:{{ loop.index }}:{{ loop.length }}:{{ loop.revindex0 }}:{{ loop.previtem }}:{{ loop.nextitem }} {% endfor %}
{% for a, (b, c) in [(1, (2, 3)), [4, '56']] %}{{ a }}{{ b }}{{ c }};{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %}{% for x in 'äb' %}[{{ x }}]{% endfor %}{% for x in () %}{% else %}e{% endfor %}
{% for a, b in [(1, 2, 3)] %}{% endfor %}
{% for a, b in [5] %}{% endfor %}
{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% else %}none{% endfor %}|{% for i in [1, 2] %}{% continue %}{% else %}else{% endfor %}|{% for i in [1, 2] %}{% break %}{% else %}else{% endfor %}
{% for i in [1, 2, 3] %}{% for j in [1, 2, 3] %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }}{% endfor %}{% if i == 2 %}{% break %}{% endif %}{% endfor %}
{% for i in [1, 2] %}{% set outer = loop %}{% for j in 'ab' %}{{ outer.index }}{{ loop.index }}{{ outer.last }}{% endfor %}{% endfor %}{{ outer is defined }}
{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{{ loop.changed() }}{{ loop.cycle('x', 'y') }}{{ loop.depth }}{{ loop.depth0 }}{{ loop }}{% endfor %}
{% for i in [1] %}{{ loop.cycle() }}{% endfor %}
{% for i in [1] %}{{ loop([2]) }}{% endfor %}
{% for i in [1] %}{{ loop.nosuch }}{{ loop.index.x }}{% endfor %}
{% for i in [[1, [2]], [3]] recursive %}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}@{{ loop.depth }}{% endif %}{% else %}none{% endfor %}
{% for i in l recursive %}{{ loop([]) if loop.first }}{{ i }}{% else %}E{% endfor %}
{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}
{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% if false %}{% set y = 1 %}{% endif %}{{ y is defined }}{{ n }}{% if t %}{% set n = 8 %}{% endif %}{{ n }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, d) = [3, 4] %}{{ c }}{{ d }}{% set e = 1, %}{{ e }}
{% set f, = [9] %}{{ f }}
{% set a, b = 1 %}
{% set a, b = [1] %}
{% set ns = namespace() %}{% set ns.a = 1 %}{% set ns.b, c = 2, 3 %}{{ ns.a }}{{ ns.b }}{{ c }}{{ ns }}{{ namespace(d, z=1).b }}{{ namespace([('q', 1)]).q }}
{% set ns = namespace(n=0) %}{% for i in range(5) if ns.n < 3 %}{% set ns.n = ns.n + i %}{{ i }}{% endfor %}={{ ns.n }}
{% set q %}a{{ n }}{% set inner = 1 %}{% endset %}{{ q }}{{ inner is defined }}{% set w | upper | replace('A', 'b') %}aa{% endset %}{{ w }}{% set ns = namespace() %}{% set ns.x %}v{% endset %}{{ ns.x }}
{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z is defined }}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% filter upper %}a{% set k = 1 %}{{ n }}b{% endfilter %}{{ k is defined }}{% filter replace('a', 'b') | upper %}banana{% endfilter %}
{% macro m(a, b=a, c='z') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }}{{ m() }}{{ m(1, c=none) }}{{ m }}{{ m.name }}{{ m.arguments }}
{% macro m(a) %}{{ a }}{{ kwargs }}{{ varargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}{{ m(*[1, 2], **{'y': 3}) }}{{ m(a=1, x=2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, b=2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}
{% macro m() %}{{ caller(1) }}{{ caller.arguments }}{% endmacro %}{% call(x) m() %}[{{ x }}{{ n }}]{% endcall %}
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}
{% macro m() %}x{% endmacro %}{% call m() %}{% endcall %}
{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{{ later }}{% endmacro %}{% set later = 'L' %}{{ a() }}
{% macro f(x) %}{% if x %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(4) }}{{ f(3) | length }}{% set y = f(2) %}{{ y }}{{ y is string }}
{% macro f() %}{% set v = 1 %}{{ v }}{{ n }}{% set n = 9 %}{{ n }}{% endmacro %}{{ f() }}{{ v is defined }}{{ n }}
{% if true %}{% macro cond() %}C{% endmacro %}{% endif %}{{ cond() }}{% for i in [1] %}{% macro inl() %}I{{ i }}{% endmacro %}{{ inl() }}{% endfor %}{{ inl is defined }}
{% macro outer() %}{% macro inner() %}in{{ n }}{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}{{ inner is defined }}
{% block b %}B{{ n }}{% set inb = 1 %}{% endblock %}{{ self.b() }}{{ inb is defined }}{{ self.nosuch is defined }}
{% set top = 1 %}{% block c %}{{ top }}{% endblock %}{% for i in [1] %}{% block e scoped %}{% endblock %}{% endfor %}
{{ super() }}
{% set j = joiner('|') %}{% for i in [1, 2, 3] %}{{ j() }}{{ i }}{% endfor %}{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}
{{ cycler() }}
{{ dict(a=1, **{'b': 2}) }}{{ dict([('x', 1)], y=2) }}{{ dict(d) == d }}{{ dict() }}
{{ dict(1) }}
{{ dict([1]) }}
{{ range(3, 0) | list }}{{ range(0, 10, 4) | list }}{{ range(5, 0, -2) | list }}{{ range(2, 3) }}{{ range(1, 9, 2) }}{{ range(3)[-1] }}{{ range(3).start is defined }}
{{ range() }}
{{ range(1.5) }}
{{ range(100001) }}
{{ range(100000) | length }}
{{ strftime_now is defined }}{{ raise_exception is callable }}{{ range is callable }}{{ nosuch is defined }}{{ dict is defined }}{{ lipsum is callable }}
{{ (1, 2)[0] }}{{ ((1, 2), 3)[0][1] }}{{ [1, 2, 3][1] }}{{ {'a': {'b': 1}}.a.b }}{{ {'a': 1}['a'] }}{{ 'abc'[0].upper() }}{{ [1, 2] | first + 1 }}{{ (l | length) * 2 }}{{ -l[0] }}{{ not l }}{{ l[0] if l else 'x' }}
{{ 1,2 }}{{ 1, }}{{ (1, 2) + (3,) }}{{ () == () }}{{ 'a', 'b' }}
{{ 'x' if n > 5 and not nil else 'y' }}{{ 'a' if false }}{{ ('a' if false) is defined }}{{ 'a' if true else 'b' if true else 'c' }}{{ [1 if t else 2, 3] }}
{{ n == 7 or missing.x }}{{ nil and missing.x }}{{ missing or nil }}{{ 0 or '' or [] }}{{ 1 and 2 and 3 }}
{{ missing.x }}
{{ missing[0] }}
{{ missing + 'a' }}
{{ 'a' + missing }}
{{ -missing }}
{{ missing < 1 }}
{{ missing > missing }}
{{ missing | abs }}
{{ missing * 2 }}
{{ missing == nil }}{{ missing == '' }}{{ missing != missing }}{{ missing ~ 'x' }}{{ [missing] }}{{ missing in [missing] }}{{ 'a' in missing }}{{ missing | length }}{{ missing | tojson if missing }}
{{ missing in 'abc' }}
{{ s.upper }}
{{ s.nosuch.x }}
{{ d.nosuch() }}
{{ l() }}
{{ 'a'() }}
{{ n.real is defined or true }}{{ nil.x is defined }}{{ 5 .x is defined }}
{{ s._private is defined }}{{ d.__class__ is defined }}{{ {'_k': 1}._k }}{{ {'__k': 1}['__k'] }}
{% print 1 %}{% print 1, 'a' %}{% if n %}{{ 'nested' }}{%- endif %}  {%- if n -%}  x  {%- endif -%}  y
{% raw %}{{ x }}{% if %}{% endraw %}{% raw -%}  a  {%- endraw %}{%- raw %} b {% endraw -%}  c
a {#- c -#} b {# d #} e{#-#} f{#+ g +#} h
{% if n is defined -%} a {%- else -%} b {%- endif %} {%+ if n %} c {% endif +%} d
{{ "a" "b" 'c' }}{{ 'it''s' }}{{ "\x41\u00e9\U0001F600\101\0" | length }}{{ '\q\\' }}{{ 'a\
b' }}
{{ 0x1F }}{{ 0b11 }}{{ 0o17 }}{{ 0XAB }}{{ 1_000_000 }}{{ 1_0.2_5 }}{{ 00 }}{{ 1e1_0 }}
{{ l.0 }}{{ rows.1.n }}{{ [[1, 2]].0.1 }}{{ 'abc'.1 }}
{{ d.b if d.b is defined else 'no' }}{{ d.zz.yy if d.zz is defined else 'no' }}{{ (d.zz or {}).yy is defined }}{{ rows[5] is defined }}{{ rows[5].n is defined if false }}
{{ rows | map(attribute='n') | map('upper') | map('replace', 'X', 'Q') | list }}{{ rows | map('dictsort') | map('first') | map('last') | list }}{{ ls | map('default', 'x') | join }}{{ ['1', '2'] | map('int') | sum }}{{ [' a'] | map('trim') | list }}{{ [1.234] | map('round', 1) | list }}{{ ls | map('lower') | unique | list }}
{% set g = l | map('string') %}{{ g | list }}{{ g | list }}{{ g | first is defined }}{% set h = l | select %}{{ h | first }}{{ h | list }}{{ h | length is defined if false }}
{% set x = namespace(v=l) %}{% set x.v = x.v + [9] %}{{ x.v }}{{ l }}{% set y = x %}{% set y.v = 0 %}{{ x.v }}
{% for k, v in d.items() | sort(reverse=true) %}{{ k }}{% endfor %}{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}{% for k in d.keys() | list + ['z'] %}{{ k }}{% endfor %}
"""


def strip(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def main():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
    env.filters["tojson"] = strip
    env.globals["raise_exception"] = lambda message: None
    env.globals["strftime_now"] = lambda format: None
    lines = TEMPLATES.strip("\n").split("\n")
    merged = []
    for line in lines:  # A backslash at the end joins two.
        if merged and merged[-1].endswith("\\"):
            merged[-1] += "\n" + line
        else:
            merged.append(line)
    print(json.dumps({"context": CONTEXT}))
    for source in merged:
        row = {"template_text": source}
        try:
            row["expected"] = env.from_string(source).render(messages=[], tools=None, documents=None, add_generation_prompt=False, **CONTEXT)
        except Exception as e:
            row["error"] = {"kind": type(e).__name__, "reference": str(e)}
        if " at 0x" not in row.get("expected", "") + row.get("error", {}).get("reference", ""):
            print(json.dumps(row))


main()
