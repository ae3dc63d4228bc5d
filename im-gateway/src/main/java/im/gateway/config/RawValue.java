package im.gateway.config;

/**
 * A value as somebody wrote it.
 *
 * @param source where: {@code im.yaml:12}, {@code IM_NODE}, {@code --set}, {@code dev mode} or {@code default}
 * @param fromFlag whether it stood on the command line
 */
record RawValue(String text, String source, boolean fromFlag) {
    static final String DEFAULT_SOURCE = "default";
}
