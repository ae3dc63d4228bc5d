package im.client.internal.order;

/**
 * A truncation: nobody can prove that nothing is missing in ({@code from}, {@code to}].
 *
 * @param after the position that was handed to the app before it
 */
public record Missing(long after, long from, long to) {}
