/**
 * What an operator can set: a tree of records that cannot exist invalid, from {@link im.gateway.config.ServerConfig}
 * down, and the one table of keys, {@link im.gateway.config.Keys}, from which parsing, checking, the {@code config}
 * command and the documentation all come. A value comes from a flag, else the environment, else the file, else the
 * default; every error names key, value, expectation and source, and all are told at once. Nothing here opens what the
 * values name. Runs once, at start, on the main thread. Start with {@link im.gateway.config.ConfigLoader}.
 */
@NullMarked
package im.gateway.config;

import org.jspecify.annotations.NullMarked;
