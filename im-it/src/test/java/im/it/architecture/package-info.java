/**
 * The rules of the house that a compiler cannot check: which package may know which, where a library may be used, and
 * what the source tree may hold. {@link im.it.architecture.ArchitectureTest} reads compiled classes,
 * {@link im.it.architecture.SourceTreeTest} and {@link im.it.architecture.ContractPageTest} read files. A failure names the file and the rule; how each rule was
 * proven is in {@code scripts/check-gates}. Nothing here starts a server.
 */
@NullMarked
package im.it.architecture;

import org.jspecify.annotations.NullMarked;
