package im.gateway.config;

import java.util.List;

/** The configuration cannot stand. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    ConfigException(List<Problem> problems) {
        super(String.join("\n", problems.stream().map(Problem::line).toList()));
        this.problems = List.copyOf(problems);
    }

    /** Each problem as one line that names key, value, source and what was expected. */
    public List<String> lines() {
        return problems.stream().map(Problem::line).toList();
    }

    /** Whether something on the command line was wrong: a matter of usage. */
    public boolean isUsage() {
        return problems.stream().anyMatch(Problem::fromFlag);
    }
}
