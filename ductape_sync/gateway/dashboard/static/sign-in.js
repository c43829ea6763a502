// Signing in leads back to the page that was asked for: the fragment survives the redirect if the form has it.
document.querySelector("form").action += location.hash;
