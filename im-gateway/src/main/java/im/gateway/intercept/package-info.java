/**
 * What may look at a message before the log has it: accept, refuse or rewrite it. Apps implement
 * {@link im.gateway.intercept.MessageInterceptor}; sessions see {@link im.gateway.intercept.MessageGate} alone. Nothing
 * here runs on an event loop.
 */
@NullMarked
package im.gateway.intercept;

import org.jspecify.annotations.NullMarked;
