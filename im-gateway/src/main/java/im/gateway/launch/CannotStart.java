package im.gateway.launch;

/** Why a command cannot do its work, in one line for the operator. */
public final class CannotStart extends Exception {
    private static final long serialVersionUID = 1;

    CannotStart(String line) {
        super(line);
    }

    CannotStart(String line, Throwable cause) {
        super(line, cause);
    }
}
