package im.servers;

import java.util.Optional;

/**
 * Whether a server can be had on this machine.
 *
 * @param why what is missing and how to get it; empty when nothing is
 */
public record Availability(boolean here, String why) {
    static final Availability HERE = new Availability(true, "");

    static Availability missing(String why) {
        return new Availability(false, why);
    }

    /** A program that Debian has in a package of that name. */
    static Availability ofProgram(String debianPackage, String... names) {
        return Programs.find(names).isPresent()
                ? HERE
                : missing("no " + names[0] + " on the PATH (Debian: apt-get install " + debianPackage + ")");
    }

    static Availability ofAddress(String variable, Availability otherwise) {
        return fromEnvironment(variable).isPresent()
                ? HERE
                : otherwise.here ? HERE : missing(otherwise.why + ", and no " + variable);
    }

    /** The address of a server that somebody else runs. */
    static Optional<Address> fromEnvironment(String variable) {
        return Optional.ofNullable(System.getenv(variable))
                .filter(text -> !text.isBlank())
                .map(Address::parse);
    }
}
