/** Greets somebody.
 *
 *  @param name who is greeted
 *  @return `Hello, ` and the name, to be freed by free_string
 */
char *custom_greet(const char *name);
void free_string(char *text);
/// Adds, and wraps around.
int add(int a, int b);
