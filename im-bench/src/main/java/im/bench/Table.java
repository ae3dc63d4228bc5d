package im.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A Markdown table. */
final class Table {
    private final List<String> lines = new ArrayList<>();

    Table(String... heads) {
        lines.add("| " + String.join(" | ", heads) + " |");
        lines.add("|" + "---|".repeat(heads.length));
    }

    void row(Object... cells) {
        lines.add("| "
                + String.join(
                        " | ", List.of(cells).stream().map(String::valueOf).toList()) + " |");
    }

    void print() {
        lines.forEach(System.out::println);
        System.out.println();
    }

    /** The median of the samples, and the smallest and largest where there are several. */
    static <T> String spread(List<T> samples, ToDoubleFunction<T> of, int digits) {
        double[] sorted = samples.stream().mapToDouble(of).sorted().toArray();
        String median = number(sorted[sorted.length / 2], digits);
        return sorted.length == 1
                ? median
                : median + " (" + number(sorted[0], digits) + "–" + number(sorted[sorted.length - 1], digits) + ")";
    }

    static String number(double value, int digits) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
