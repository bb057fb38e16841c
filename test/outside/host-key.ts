/** The key of the instance that the tests' outside world knows. */
export const HOST_API_KEY = "rk_test_0123456789abcdef0123456789abcdef";
