"""What is added up ahead: which days and hours, when anew, and what a page still reads from rows."""
