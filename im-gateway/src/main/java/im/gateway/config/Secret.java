package im.gateway.config;

/** A text that no log, page or error message shows. */
public record Secret(String text) {

    @Override
    public String toString() {
        return "(secret)";
    }
}
